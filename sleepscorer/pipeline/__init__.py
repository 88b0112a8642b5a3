"""The one way from a recording to the files that are written of it."""
