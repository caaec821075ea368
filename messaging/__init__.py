"""Ground: outbox rows and who consumes them."""
