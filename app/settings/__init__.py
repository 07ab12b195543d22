"""What a person prefers, and which evidence they want."""
