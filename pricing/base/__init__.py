"""Base models: their prices, last days and prompt caching, and the names that people use."""
