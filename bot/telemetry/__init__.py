"""Metrics, logs and request ids. Imports no other folder of the bot."""
