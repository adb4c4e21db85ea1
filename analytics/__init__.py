"""From what was seen to what is counted: pure, synchronous, clockless."""
