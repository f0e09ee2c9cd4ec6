"""Modal forms: fields to blocks, submissions to fields."""
