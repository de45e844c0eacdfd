"""The commands, by what they are about; verbs.py puts them together."""
