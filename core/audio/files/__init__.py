"""What audio files truly hold, whatever their headers claim."""
