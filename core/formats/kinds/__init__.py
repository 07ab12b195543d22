"""The formats that keypoints and labels leave and come in: one module each, with its `FORMAT`."""
