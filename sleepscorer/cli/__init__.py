"""The command line."""

from sleepscorer.cli.main import main

__all__ = ["main"]
