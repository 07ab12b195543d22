"""The results page, and what has to be reached."""
