"""Gates and beams: contacts that close when somebody passes, counted by their pulses on a serial line."""
