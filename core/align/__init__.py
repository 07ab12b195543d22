"""From a score surface to a time map with a calibrated confidence."""
