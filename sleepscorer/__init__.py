"""sleepscorer: score polysomnograms, by machine and by hand."""

__version__ = "0.1.0"
