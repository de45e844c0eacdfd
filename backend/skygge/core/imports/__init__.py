"""One file per import format, found by folder."""
