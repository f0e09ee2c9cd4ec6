"""Files that users download: CSV, YAML and a live spreadsheet."""
