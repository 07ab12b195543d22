"""FinchSync measured beside the alternatives; run with ``make bench``."""
