"""What the box does when someone is not well: it sees danger before the model speaks, and answers itself."""
