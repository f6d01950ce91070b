"""The parts of the command line that are groups of their own; cli.py puts them together."""
