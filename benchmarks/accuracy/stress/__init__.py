"""One cause of trouble a set, exact truth: where the aligner errs, and whether it says so."""
