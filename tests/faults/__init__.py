"""Whole commands, killed, starved, spoilt and searched."""
