"""How well sounds are found: by example, by words, after marks, and on the other channel."""
