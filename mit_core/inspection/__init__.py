"""What a file or folder is, in words: whatever the project reads or writes."""
