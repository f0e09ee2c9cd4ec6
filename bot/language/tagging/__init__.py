"""A sentence whose names and numbers are tagged, so that rules can match the words around them."""
