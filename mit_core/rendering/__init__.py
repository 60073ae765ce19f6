"""From landmarks to pixels: the warp, the networks that draw, paste, mark, and the file."""
