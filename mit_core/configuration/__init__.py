"""Checks of the configuration before anything runs; each fault is told by its key, in a sentence.

Standard library, PyYAML and jsonschema only: the workflow asks at parse time.
"""
