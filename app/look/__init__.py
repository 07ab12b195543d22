"""How things look: the theme, keypoint styles, table headers."""
