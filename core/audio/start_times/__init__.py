"""When recordings began, as recorders write it into names and headers."""
