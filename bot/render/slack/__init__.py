"""Messages for Slack: the card, the replies in its thread, and the messages about files, budgets and actuals."""
