"""The household: its members, their devices, and the codes by which both come in."""
