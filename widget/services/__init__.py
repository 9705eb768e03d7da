"""One module a use case; it opens the transaction, and it alone commits."""
