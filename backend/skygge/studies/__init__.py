"""Studies, their members, devices and invitations; who may do what in which study."""
