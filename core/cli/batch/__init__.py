"""Many recordings aligned in one run, which may be stopped and go on."""
