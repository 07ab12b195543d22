"""Tables: of keypoints, pairs and sync points."""
