"""Power over time and frequency: pictures, and what is compared."""
