"""The example study: invented, labelled as such, the same on every machine."""
