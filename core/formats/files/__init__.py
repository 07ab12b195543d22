"""Reading and writing files, whatever stands in them."""
