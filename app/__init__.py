"""The FinchSync window. Qt lives here and only here."""
