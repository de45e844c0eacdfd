"""What people who were observed may ask for: that nothing more is written, that words go, that all of it goes."""
