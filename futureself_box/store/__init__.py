"""SQLite: encrypted databases, the keys that open them, transactions and migrations."""
