"""What surrounds the work: the main window and its panels; assembles, decides nothing."""
