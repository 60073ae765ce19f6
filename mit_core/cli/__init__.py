"""The commands ``mit ...``: one module each, which imports what it works with when it runs."""
