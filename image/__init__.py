"""How a box is made: the Debian package, the SD card's image, updates. Nothing here runs on a box."""
