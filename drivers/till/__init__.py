"""Tills: what a receipt printer or a video recorder is sent, counted and forgotten. Nothing is ever sent to a till."""
