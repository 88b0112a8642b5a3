"""Adapters, one for each file format; the only place that knows how a file is laid out."""
