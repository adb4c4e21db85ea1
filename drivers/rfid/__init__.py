"""Serial UHF readers: four families of protocols, one stream of inventories."""
