"""Readers that are not there: tags in a field, bodies before them, and four families' wires on a pseudo-terminal.

The protocols are spelled here a second time, from the device's side, so that a misreading in a driver is seen.
"""
