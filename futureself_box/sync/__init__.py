"""Replicas: what phones push and pull. Knows records, but no web."""
