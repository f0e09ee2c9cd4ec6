"""Tests of the bot and the playground's page in a browser."""
