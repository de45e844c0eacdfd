"""Exports over HTTP and for the console."""
