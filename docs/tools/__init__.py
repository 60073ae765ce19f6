"""Makes the pages of docs/ that tell what the code says: ``python -m docs.tools`` writes them."""
