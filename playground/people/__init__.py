"""What people do in Slack, and the signed requests by which the app learns of it."""
