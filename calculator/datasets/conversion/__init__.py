"""Examples in the format that a platform takes."""
