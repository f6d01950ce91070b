"""The future self: what it is told, and the turns in which it answers."""
