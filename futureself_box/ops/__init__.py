"""Running the box: logs and the supervisor."""
