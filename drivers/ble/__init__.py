"""Bluetooth Low Energy: adverts in, and nothing is ever asked of a visitor's device unless passive scanning fails."""
