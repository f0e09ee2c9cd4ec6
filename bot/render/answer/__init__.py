"""The parts of an answer, from the card to the breakdown, and the result that is saved."""
