"""The costs of one offer: training, hosting, inference, and what threatens them."""
