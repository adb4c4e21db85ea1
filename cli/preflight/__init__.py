"""`passerby preflight`: would this box work? Everything that can be known in a minute, with the remedy for each."""

from cli.preflight.command import preflight

__all__ = ["preflight"]
