"""What was actually paid: typed, read from a bill, or asked of the platform."""
