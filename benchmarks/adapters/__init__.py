"""Scripts that run in the environment of the alternatives; they import nothing of FinchSync."""
