"""One file per analysis, found by folder."""
