"""FinchSync without a screen: recordings, evidence, alignment, formats and the command line."""

__version__ = "0.2.0"
