"""Finding sounds by words: a small vocabulary that is told, sentences, and what looks them up."""
