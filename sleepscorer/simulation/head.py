"""Everything the electrodes on the head pick up, summed."""

from sleepscorer.core.events import Event
from sleepscorer.core.recording import FloatArray
from sleepscorer.simulation.artefacts import ElectrodeArtefacts
from sleepscorer.simulation.autonomic import Autonomic
from sleepscorer.simulation.eeg import AlphaRhythm, Background
from sleepscorer.simulation.electrodes import Electrodes
from sleepscorer.simulation.eyes import night_eye_movements
from sleepscorer.simulation.timeline import Window
from sleepscorer.simulation.waves import night_waves


class Head:
    """Potentials of all electrodes recorded at one rate.

    Parameters
    ----------
    names
        The electrodes.
    rate_hz
        Samples a second.
    autonomic
        Heart and breath of the night, and its timeline.
    with_waves, with_artefacts
        False leaves out the single EEG waves, or what spoils the recording.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        rate_hz: float,
        *,
        autonomic: Autonomic,
        with_waves: bool,
        with_artefacts: bool,
    ) -> None:
        timeline = autonomic.timeline
        self._names = names
        self._rate_hz = rate_hz
        self._electrodes = Electrodes.of(names)
        self._background = Background(timeline, self._electrodes, rate_hz)
        self._alpha = AlphaRhythm(timeline, self._electrodes, rate_hz)
        self._eyes = night_eye_movements(timeline)
        self._waves = night_waves(timeline, self._eyes.burst_s) if with_waves else ()
        self._artefacts = (
            ElectrodeArtefacts(timeline, autonomic, self._electrodes, rate_hz)
            if with_artefacts
            else None
        )

    def row(self, name: str) -> int:
        """Row of an electrode in :meth:`page`."""
        return self._names.index(name)

    def events(self) -> list[Event]:
        """Artefacts of single electrodes."""
        return [] if self._artefacts is None else self._artefacts.events()

    def page(self, page: int) -> FloatArray:
        """(n_electrodes, n_samples) µV against a silent reference."""
        window = Window(page, self._rate_hz)
        potentials = self._background.page(page)
        potentials += self._alpha.page(page)
        for waves in self._waves:
            waves.add_to(potentials, self._electrodes, window)
        self._eyes.add_to(potentials, self._electrodes, window)
        if self._artefacts is not None:
            self._artefacts.add_to(potentials, page)
        return potentials
