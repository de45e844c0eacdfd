"""One file per export format, found by folder."""
