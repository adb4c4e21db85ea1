"""What may leave the box: tokens on the way in, release on the way out, the ledger of what left."""
