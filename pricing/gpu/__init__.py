"""GPUs that can be rented: their figures, their prices, and the physics of running a model on them."""
