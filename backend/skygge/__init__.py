"""Skygge: a field-observation notebook for researchers who shadow people at work."""

__version__ = "0.1.0"
