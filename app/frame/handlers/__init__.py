"""What the commands of the window do, those about one kind of thing in one class."""
