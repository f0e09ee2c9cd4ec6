"""The terminal: the sub-commands of `ftcost`."""
