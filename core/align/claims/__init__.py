"""What is said of a path: how sure each keypoint is, why, and what is doubted of the whole."""
