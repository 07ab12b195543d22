"""Files that ship with FinchSync: icons, themes, models."""
