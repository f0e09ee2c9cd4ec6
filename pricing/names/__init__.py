"""Names as people write them: spelling, prefixes of routers and clouds, and look-up without silent substitutes."""
