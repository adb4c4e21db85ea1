"""How a box becomes one of a shop: seeds, keys made on the box, certificates, their renewal, labels and the record."""
