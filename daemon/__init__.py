"""The composition root: everything is put together here and nowhere else."""

__version__ = "0.1.0"
