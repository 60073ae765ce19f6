"""The synthetic corpus: voices, a face, and the truth about both."""
