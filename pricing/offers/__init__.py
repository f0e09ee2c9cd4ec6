"""Offers: prices and rules of a model on a platform, their names, and what platforms no longer sell."""
