"""The catalogue in use and exchange rates, both kept up to date."""
