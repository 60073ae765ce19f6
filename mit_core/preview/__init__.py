"""Landmarks drawn over what they were found in, to be looked at."""
