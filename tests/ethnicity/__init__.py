"""Probabilities of ethnicity from names and places."""
