"""The actions of people, and the signed requests that they cause."""
