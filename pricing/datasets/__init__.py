"""Rules of platforms for training files, and the tables of them in the docs."""
