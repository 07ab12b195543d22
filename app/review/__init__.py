"""Reviewing: which recording and keypoint come next, what is left, how sure the aligner is."""
