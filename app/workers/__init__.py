"""Background work that never touches a widget."""
