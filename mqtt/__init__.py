"""The wire: codec, topics, outbox, publisher."""
