"""Physiologically shaped synthetic polysomnograms; they prove plumbing, never accuracy."""
