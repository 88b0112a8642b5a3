"""A simulated night of a few epochs, scored by the command line as a person types it."""

import json

from sleepscorer.cli import main

N_EPOCHS = 24


def run(capsys, *arguments):
    """Exit code, output and errors of a command."""
    code = main([str(a) for a in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def staged(night):
    """What stands in the JSON file beside a night."""
    return json.loads(night.with_name(f"{night.stem}_staging.json").read_text())
