"""How the simulated store's own detector is made: pictures, network, training, int8; it refuses real photographs."""
