"""What the box understands of a language without a model: one file of words for each."""
