"""How capable models are on published scales, their attributes, and published results of tuned models."""
