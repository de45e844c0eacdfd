"""Analyses over HTTP and for the console."""
