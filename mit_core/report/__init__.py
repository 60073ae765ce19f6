"""The page that tells how a run went."""
