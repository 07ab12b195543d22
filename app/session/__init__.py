"""What is open, selected and shown; the one place where keypoints change."""
