"""The protocol between devices and server: changes in, changes out."""
