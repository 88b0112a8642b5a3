"""Colours, fonts, sizes, and how widgets name themselves."""
