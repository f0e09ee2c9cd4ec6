"""The decision memo: an answer on one page that finance can file."""
