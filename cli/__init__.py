"""The `passerby` command."""
