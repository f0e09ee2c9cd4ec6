"""The parser of typed commands."""
