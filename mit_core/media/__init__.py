"""Video and sound: what a file holds, one form for all, frames and samples in and out."""
