"""Where the models and clips beside the repository are; tests that need them are marked `assets`."""

from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "shared" / "assets"
VIDEO = ASSETS / "video"
IMAGES = ASSETS / "images"
MODELS = ASSETS / "models"
