"""What every command can be told, and its help."""
