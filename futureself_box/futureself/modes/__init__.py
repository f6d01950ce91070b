"""The five ways in which the future self speaks: a readable file for each, and how one is chosen."""
