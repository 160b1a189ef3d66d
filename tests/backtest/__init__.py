"""Past elections replayed, learned from and scored."""
