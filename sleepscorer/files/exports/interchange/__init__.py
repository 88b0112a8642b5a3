"""Scorings as other programs read them: a module a format, all texts."""
