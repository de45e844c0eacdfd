"""Taking in files: all of one or nothing of it, through the same door as a push."""
