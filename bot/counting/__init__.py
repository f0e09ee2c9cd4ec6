"""Count training files in separate processes, so that the event loop stays free."""
