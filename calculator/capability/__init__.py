"""Like with like: capability classes on a published scale, filters of options, and published results by task."""
