"""The client side of Slack: requests as typed values, calls, messages, files, addresses and workspaces."""
