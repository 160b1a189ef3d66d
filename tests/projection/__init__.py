"""Ballots, models and projections from returns."""
