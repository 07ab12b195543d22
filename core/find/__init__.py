"""Finding sounds in many recordings: by an example, or by words."""
