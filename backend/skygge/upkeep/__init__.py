"""What somebody does who looks after a server: move its database, see whether it is well, serve a room over https."""
