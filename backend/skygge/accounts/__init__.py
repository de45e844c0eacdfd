"""People and scripts: accounts, signing in, tokens. Knows nothing of studies' content."""
