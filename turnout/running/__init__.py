"""Runs from inputs to published outputs."""
