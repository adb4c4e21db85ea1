"""Peers at the lowest seam: what hardware, kernel and services say to the code under test."""
