"""The simulated store: one truth, rendered for every sensor; it refuses to know what the box makes of it."""
