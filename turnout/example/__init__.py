"""Synthetic electorates: the founding case, and what tests and benchmarks run on."""
