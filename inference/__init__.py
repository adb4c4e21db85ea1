"""From pictures to tracks: models, detectors, the tracker. Pixels die here."""
