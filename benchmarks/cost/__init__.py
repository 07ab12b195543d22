"""What an alignment costs in processor time and memory."""
