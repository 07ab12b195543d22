"""Learning from what a person corrected: what there is, what it teaches, is that better."""
