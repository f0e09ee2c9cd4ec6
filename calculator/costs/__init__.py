"""The costs of one offer: training, hosting, inference, and warnings about them."""
