"""From radios to people: devices now, passers and dwellers, and how many persons are in the room."""
