"""Cameras: devices and recordings that give pictures."""
