"""The change log of every study, the tables that are its fold, and reading both."""
