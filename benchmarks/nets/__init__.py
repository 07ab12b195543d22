"""What the learned systems cost."""
