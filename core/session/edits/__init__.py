"""What changes of a recording: its state, edits of it, and what undo makes of them."""
