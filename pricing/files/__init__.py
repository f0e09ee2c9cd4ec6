"""Data files: strict YAML, bounded in size, and records that say which field is wrong."""
