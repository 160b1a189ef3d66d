"""Past elections replayed, each seeing only what was known then, and scored."""
