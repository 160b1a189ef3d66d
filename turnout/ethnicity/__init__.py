"""Names and places become probabilities over the groups."""
