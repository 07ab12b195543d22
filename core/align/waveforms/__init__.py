"""Below the grid: waveforms compared along a path, to the millisecond and further."""
