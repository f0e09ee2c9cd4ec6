"""Training files counted in processes of their own."""
