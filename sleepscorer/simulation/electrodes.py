"""Where electrodes sit, and how strongly each source of the head reaches them.

Positions follow the 10-20 system (Jasper 1958; Nuwer 2018 for the extended names): the angle
from the vertex in quarter turns, and the azimuth from the nose, degrees, right positive. E1 is
below the left and E2 above the right outer canthus, M1 and M2 on the mastoids (AASM manual).
"""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import MontageError

_POLAR = {
    "Fpz": (0.80, 0), "Fp1": (0.80, -18), "Fp2": (0.80, 18), "AFz": (0.60, 0),
    "F7": (0.80, -54), "F3": (0.52, -39), "Fz": (0.40, 0), "F4": (0.52, 39), "F8": (0.80, 54),
    "FC3": (0.45, -64), "FCz": (0.20, 0), "FC4": (0.45, 64),
    "T7": (0.80, -90), "C3": (0.40, -90), "Cz": (0.00, 0), "C4": (0.40, 90), "T8": (0.80, 90),
    "CP3": (0.45, -116), "CPz": (0.20, 180), "CP4": (0.45, 116),
    "P7": (0.80, -126), "P3": (0.52, -141), "Pz": (0.40, 180), "P4": (0.52, 141),
    "P8": (0.80, 126), "POz": (0.60, 180),
    "O1": (0.80, -162), "Oz": (0.80, 180), "O2": (0.80, 162),
    "M1": (1.20, -105), "M2": (1.20, 105), "E1": (1.15, -42), "E2": (1.05, 42),
}  # fmt: skip
_ALIASES = {
    "A1": "M1", "A2": "M2", "T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8",
    "LOC": "E1", "ROC": "E2", "REF": "CPz",
}  # fmt: skip
_BY_FOLDED = MappingProxyType(
    {name.casefold(): name for name in _POLAR}
    | {alias.casefold(): name for alias, name in _ALIASES.items()}
)
_CORTEX = (
    "Fp1", "Fp2", "F7", "F8", "Fz", "C3", "Cz", "C4", "T7", "T8", "P3", "Pz", "P4", "O1", "O2",
)  # fmt: skip
N_CORTICAL = len(_CORTEX)
"""Number of independent background sources."""

_SPREAD_RAD = 0.45
"""Volume conduction: neighbours of the 10-20 grid (0.63 rad apart) correlate at about 0.6."""


def electrode_name(text: str) -> str:
    """Return the name used here of an electrode, however spelled ("a1" is "M1").

    Raises
    ------
    MontageError
        If there is no such electrode; the hint lists those there are.
    """
    name = _BY_FOLDED.get(text.strip().casefold())
    if name is None:
        raise MontageError(
            f"there is no electrode {text!r} to simulate", hint="known are " + ", ".join(_POLAR)
        )
    return name


def _direction(name: str) -> NDArray[np.float64]:
    quarter_turns, azimuth = _POLAR[name]
    polar, turn = quarter_turns * np.pi / 2, np.deg2rad(azimuth)
    return np.array([np.sin(polar) * np.sin(turn), np.sin(polar) * np.cos(turn), np.cos(polar)])


@dataclass(frozen=True, eq=False)
class Electrodes:
    """Gains from each source to a set of electrodes; arrays are (n_electrodes,) unless said.

    Parameters
    ----------
    names
        The electrodes, in the order of all arrays.
    right, front
        Position: -1 left to 1 right, -1 occiput to 1 forehead.
    brain
        Share of the scalp's EEG: 1 on the scalp, less at mastoids and eyes.
    cortical
        (n_electrodes, N_CORTICAL) weights of the background sources; rows have norm 1.
    """

    names: tuple[str, ...]
    right: NDArray[np.float64]
    front: NDArray[np.float64]
    brain: NDArray[np.float64]
    cortical: NDArray[np.float64]

    @classmethod
    def of(cls, names: tuple[str, ...]) -> "Electrodes":
        """Place the named electrodes (names as :func:`electrode_name` returns them)."""
        where = np.array([_direction(name) for name in names]).reshape(-1, 3)
        sources = np.array([_direction(name) for name in _CORTEX])
        distance = np.arccos(np.clip(where @ sources.T, -1, 1))
        cortical = np.exp(-0.5 * (distance / _SPREAD_RAD) ** 2)
        cortical /= np.linalg.norm(cortical, axis=1, keepdims=True)
        brain = np.array([{"M": 0.38, "E": 0.55}.get(n[0], 1.0) for n in names])
        # The sine of 180 degrees is not quite 0: the midline has no side.
        right, front = np.round(where[:, 0], 9), np.round(where[:, 1], 9)
        return cls(names, right, front, brain, cortical)

    def near(self, centre: str, *, spread_rad: float) -> NDArray[np.float64]:
        """(n_electrodes,) gain, a Gaussian of the angle from ``centre``; mastoids see less."""
        where = np.array([_direction(name) for name in self.names]).reshape(-1, 3)
        angle = np.arccos(np.clip(where @ _direction(centre), -1, 1))
        return np.asarray(np.exp(-0.5 * (angle / spread_rad) ** 2)) * np.sqrt(self.brain)

    def posterior(self) -> NDArray[np.float64]:
        """(n_electrodes,) gain of the posterior rhythm: occiput 1, vertex 0.3, forehead 0.15."""
        left = self.near("O1", spread_rad=0.85)
        right = self.near("O2", spread_rad=0.85)
        return 0.12 * self.brain + 0.88 * np.maximum(left, right)

    def horizontal_gaze(self) -> NDArray[np.float64]:
        """(n_electrodes,) µV for each µV of the corneo-retinal dipole turning right."""
        return self._eye_falloff() * np.sign(self.right)

    def vertical_gaze(self) -> NDArray[np.float64]:
        """(n_electrodes,) µV for looking up: positive above the eyes, negative at E1 below."""
        up = {"E1": -0.45, "E2": 0.55}
        gain = [up.get(n, 0.8 * f) for n, f in zip(self.names, self._eye_falloff(), strict=True)]
        return np.array(gain)

    def lids(self) -> NDArray[np.float64]:
        """(n_electrodes,) gain of a blink: 1 at Fpz, about 0.3 frontal, negative at E1."""
        at_eyes = {"E1": -0.35, "E2": 0.75}
        fall = np.exp(-2.4 * (0.95 - np.clip(self.front, -1, 0.95)))
        scalp = np.where(self.front > 0, fall, 0.0)
        return np.array([at_eyes.get(n, g) for n, g in zip(self.names, scalp, strict=True)])

    def _eye_falloff(self) -> NDArray[np.float64]:
        left, right = _direction("E1"), _direction("E2")
        where = np.array([_direction(name) for name in self.names]).reshape(-1, 3)
        angle = np.arccos(np.clip(np.maximum(where @ left, where @ right), -1, 1))
        return np.asarray(np.exp(-((angle / 0.45) ** 1.3)))
