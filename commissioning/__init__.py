"""The local page on which a technician aims, draws and audits; it speaks to the daemon by its socket only."""
