"""What a person or a script at the terminal is told, and what Ctrl-C does."""
