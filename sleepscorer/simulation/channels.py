"""What to simulate: channels, their rates, and montages that laboratories really record."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sleepscorer.core.errors import MontageError, UsageError
from sleepscorer.simulation.electrodes import electrode_name


class ChannelKind(StrEnum):
    """What a channel measures."""

    EEG = "EEG"
    EOG = "EOG"
    CHIN = "chin EMG"
    CHIN_RMS = "rectified chin EMG"
    LEG_LEFT = "left leg EMG"
    LEG_RIGHT = "right leg EMG"
    ECG = "ECG"
    FLOW = "airflow"
    THORAX = "thorax"
    ABDOMEN = "abdomen"
    SPO2 = "SpO2"
    PULSE = "pulse rate"
    SNORE = "snore"
    POSITION = "body position"

    @property
    def is_head(self) -> bool:
        """True for the difference of two electrodes on the head."""
        return self in (ChannelKind.EEG, ChannelKind.EOG)


_UNIT_AND_RANGE = {
    ChannelKind.EEG: ("uV", (-1000.0, 1000.0)),
    ChannelKind.EOG: ("uV", (-1000.0, 1000.0)),
    ChannelKind.CHIN: ("uV", (-500.0, 500.0)),
    ChannelKind.CHIN_RMS: ("uV", (0.0, 200.0)),
    ChannelKind.LEG_LEFT: ("uV", (-1000.0, 1000.0)),
    ChannelKind.LEG_RIGHT: ("uV", (-1000.0, 1000.0)),
    ChannelKind.ECG: ("uV", (-5000.0, 5000.0)),
    ChannelKind.FLOW: ("", (-100.0, 100.0)),
    ChannelKind.THORAX: ("", (-100.0, 100.0)),
    ChannelKind.ABDOMEN: ("", (-100.0, 100.0)),
    ChannelKind.SPO2: ("%", (0.0, 100.0)),
    ChannelKind.PULSE: ("bpm", (0.0, 250.0)),
    ChannelKind.SNORE: ("uV", (-500.0, 500.0)),
    ChannelKind.POSITION: ("", (0.0, 5.0)),
}


@dataclass(frozen=True)
class ChannelSpec:
    """One channel to simulate.

    Parameters
    ----------
    label
        As it will stand in the file.
    sampling_rate_hz
        Samples a second, a multiple of 0.1.
    kind
        What it measures.
    electrodes
        For EEG and EOG, the two electrodes whose potentials are subtracted ("C4", "M1").

    Raises
    ------
    MontageError
        If an electrode is missing or unknown.
    UsageError
        If the rate can't be simulated.
    """

    label: str
    sampling_rate_hz: float
    kind: ChannelKind
    electrodes: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        rate = self.sampling_rate_hz
        # 40-s segments of noise hold a whole number of samples at these rates only.
        if not 0.1 <= rate <= 20_000 or abs(rate * 10 - round(rate * 10)) > 1e-9:
            raise UsageError(
                f"{self.label}: a rate of {rate:g} Hz can't be simulated",
                hint="choose a multiple of 0.1 Hz up to 20000",
            )
        if self.kind.is_head != (self.electrodes is not None):
            raise MontageError(
                f"{self.label}: EEG and EOG, and only they, need a pair of electrodes",
                hint='name both, as in "C4-M1"',
            )
        if self.electrodes is not None:
            plus, minus = self.electrodes
            object.__setattr__(self, "electrodes", (electrode_name(plus), electrode_name(minus)))

    @property
    def unit(self) -> str:
        """Unit of the samples; empty where the amplitude is arbitrary."""
        return _UNIT_AND_RANGE[self.kind][0]

    @property
    def physical_range(self) -> tuple[float, float]:
        """Smallest and largest sample; beyond it the simulated amplifier clips."""
        return _UNIT_AND_RANGE[self.kind][1]

    @property
    def prefilter(self) -> str:
        """The amplifier's filter as EDF spells it; empty where there is none to speak of."""
        return "HP:0.25Hz LP:60Hz" if self.kind.is_head else ""


def derivations(*names: str, sampling_rate_hz: float) -> tuple[ChannelSpec, ...]:
    """Return EEG or EOG channels for any derivations: ``derivations("Fz-Cz", ...)``.

    Parameters
    ----------
    names
        Two electrodes and a hyphen each; E1 and E2 make an EOG.
    sampling_rate_hz
        Samples a second of all of them.

    Raises
    ------
    MontageError
        If a name is not two known electrodes.
    """
    made = []
    for name in names:
        plus, hyphen, minus = name.partition("-")
        if not hyphen:
            raise MontageError(f"{name!r} names no reference", hint='write it as "C4-M1"')
        pair = (electrode_name(plus), electrode_name(minus))
        kind = ChannelKind.EOG if pair[0] in ("E1", "E2") else ChannelKind.EEG
        made.append(ChannelSpec(name, sampling_rate_hz, kind, pair))
    return tuple(made)


def _at(rate_hz: float, kinds: Sequence[tuple[str, ChannelKind]]) -> tuple[ChannelSpec, ...]:
    return tuple(ChannelSpec(label, rate_hz, kind) for label, kind in kinds)


STANDARD_MONTAGE = (
    *derivations("F4-M1", "C4-M1", "O2-M1", "C3-M2", "E1-M2", "E2-M2", sampling_rate_hz=256),
    *_at(256, [("Chin1-Chin2", ChannelKind.CHIN), ("ECG", ChannelKind.ECG)]),
    *_at(256, [("LAT", ChannelKind.LEG_LEFT), ("RAT", ChannelKind.LEG_RIGHT)]),
    *_at(256, [("Snore", ChannelKind.SNORE)]),
    *_at(32, [("Flow", ChannelKind.FLOW)]),
    *_at(32, [("Thor", ChannelKind.THORAX), ("Abdo", ChannelKind.ABDOMEN)]),
    *_at(4, [("SpO2", ChannelKind.SPO2)]),
    *_at(1, [("Pos", ChannelKind.POSITION)]),
)
"""A clinical polysomnogram by the AASM manual: 16 channels, 1 to 256 Hz."""

SLEEP_EDF_MONTAGE = (
    ChannelSpec("EEG Fpz-Cz", 100, ChannelKind.EEG, ("Fpz", "Cz")),
    ChannelSpec("EEG Pz-Oz", 100, ChannelKind.EEG, ("Pz", "Oz")),
    ChannelSpec("EOG horizontal", 100, ChannelKind.EOG, ("E2", "E1")),
    *_at(1, [("Resp oro-nasal", ChannelKind.FLOW), ("EMG submental", ChannelKind.CHIN_RMS)]),
)
"""The channels of Sleep-EDF's cassette nights (Kemp 2000), its chin EMG rectified at 1 Hz."""

MONOPOLAR_MONTAGE = (
    *(
        ChannelSpec(
            name, 256, ChannelKind.EOG if name[0] == "E" else ChannelKind.EEG, (name, "REF")
        )
        for name in ("F3", "F4", "C3", "C4", "O1", "O2", "M1", "M2", "E1", "E2")
    ),
    *_at(256, [("Chin1-Chin2", ChannelKind.CHIN), ("ECG", ChannelKind.ECG)]),
)
"""Electrodes against one common reference (at CPz): C4-M1 has to be made by subtraction."""
