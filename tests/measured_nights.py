"""Notes of which recordings a whole night is measured."""

import pytest

from sleepscorer.staging.stager import Stager


def note_measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The file of each recording that is measured from now on, in the list returned."""
    seen: list[str] = []
    measure = Stager.measure

    def noted(self, recording, *rest):
        seen.append(recording.path.name)
        return measure(self, recording, *rest)

    monkeypatch.setattr(Stager, "measure", noted)
    return seen
