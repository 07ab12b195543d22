"""Errors, confidence and corrections on sets with known truth, beside the alternatives."""
