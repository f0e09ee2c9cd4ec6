"""The sentences of an answer as plain text, one module for each subject."""
