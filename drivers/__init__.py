"""The hardware edge: one folder a sensor."""
