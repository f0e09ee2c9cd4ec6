"""The workspace: people, channels, messages, files and open views."""
