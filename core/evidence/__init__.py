"""Score surfaces: how alike the two channels are at every keypoint and offset."""
