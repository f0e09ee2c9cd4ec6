"""GPUs rented by the hour: which ones fit, how many, and for how long."""
