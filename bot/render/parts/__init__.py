"""What every output is made of: figures, prices, names and tables as text, and Slack's blocks."""
