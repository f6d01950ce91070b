"""What members write: kinds, immutable revisions, heads and history. Knows no web and no model."""
