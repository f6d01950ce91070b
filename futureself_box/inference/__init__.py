"""The inference process: every model of the box, behind an OpenAI-compatible HTTP API.

`server.py` runs it, `engine.py` keeps its children alive, `language.py` and `embeddings.py` are the
children. Everyone outside this package imports `client.py` and nothing behind it.
"""
