"""Sets that score whatever model is installed, and what the box makes of it."""
