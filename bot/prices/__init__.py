"""The catalogue in use and exchange rates: where they come from and how they are kept fresh."""
