"""Colours and styles: the theme, keypoint styles, table headers."""
