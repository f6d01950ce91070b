"""Durable work: what is due, and running it until it is done."""
