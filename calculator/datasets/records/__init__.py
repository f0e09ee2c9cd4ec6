"""Records of training files: their formats, their calls and images, and what can be wrong with them."""
