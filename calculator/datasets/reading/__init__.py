"""The content of a line: texts to count, images, calls and problems."""
