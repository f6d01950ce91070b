"""The home network: the box's name and certificates on it, how it is found, how phones are led in."""
