"""Beginning: the first set-up, new studies, and their settings. Above the log, because each writes changes."""
