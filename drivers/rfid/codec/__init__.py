"""The wire of each family of readers: bytes to frozen values and back, with no clock, port or log."""
