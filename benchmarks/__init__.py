"""How fast it is: `make bench`. Ratios of medians over interleaved runs; nothing here is asserted by a test."""
