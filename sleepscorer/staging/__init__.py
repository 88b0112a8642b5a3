"""Automatic staging: signals in, stage probabilities out."""
