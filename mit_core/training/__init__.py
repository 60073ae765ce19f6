"""One training loop, one small file a recipe, the losses, and how batches are drawn."""
