"""What is opened, kept on disk and found again."""
