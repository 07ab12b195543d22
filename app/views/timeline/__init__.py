"""Views along the time axis: overview, spectrograms, links, drift plot."""
