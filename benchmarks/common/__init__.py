"""What all benchmarks share: places, machine, results on disk, Markdown."""
