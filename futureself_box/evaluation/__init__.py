"""How well the future self does, on sets of cases, with whatever model is installed."""
