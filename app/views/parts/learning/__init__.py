"""What a dialog about learning is made of: what can be learned, how it goes, what it brought."""
