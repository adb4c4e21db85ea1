"""The board's light: what is wrong, as blinks that a person can count; no screen, no network and no colour needed."""
