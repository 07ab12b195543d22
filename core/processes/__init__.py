"""Who works for this process: children of its own, engines for many tasks, and who comes first."""
