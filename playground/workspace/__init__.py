"""What a workspace contains and remembers: people, channels, messages, files and open views."""
