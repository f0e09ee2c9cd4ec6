"""The count of a file by blocks, its sum, and the report with each platform's acceptance."""
