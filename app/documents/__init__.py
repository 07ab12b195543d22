"""Opening, saving and finding again: recordings, tables and sessions."""
