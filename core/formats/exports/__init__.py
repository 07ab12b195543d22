"""The formats that keypoints are exported in: one module each, with its `FORMAT`."""
