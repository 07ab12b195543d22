"""How fast the window answers, and whether it loses anything."""
