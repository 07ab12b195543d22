"""What every room of the window needs: messages, time as text, background runners."""
