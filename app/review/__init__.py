"""The reviewer's day: what to look at next, what is left, how sure the aligner is in words."""
