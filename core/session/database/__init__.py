"""The session as a SQLite file."""
