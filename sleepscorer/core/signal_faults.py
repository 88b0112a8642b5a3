"""What can be wrong with the signal of an epoch."""

from enum import IntFlag


class SignalFault(IntFlag):
    """Faults of an epoch's signal, any of them together; the values are stored in session files."""

    NONE = 0
    MISSING = 1
    FLAT = 2
    CLIPPED = 4
    TOO_LARGE = 8
    TOO_SMALL = 16
    MAINS = 32
    IMPLAUSIBLE = 64

    @property
    def text(self) -> str:
        """For people: ``"flat, clipped"``; empty where nothing is wrong."""
        return ", ".join(words for fault, words in _WORDS.items() if fault in self)


_WORDS = {
    SignalFault.MISSING: "missing",
    SignalFault.FLAT: "flat",
    SignalFault.CLIPPED: "clipped",
    SignalFault.TOO_LARGE: "far too large (movement, loose electrode)",
    SignalFault.TOO_SMALL: "far too small (electrode off)",
    SignalFault.MAINS: "mains hum (electrode loose or off)",
    SignalFault.IMPLAUSIBLE: "unlike EEG or EOG (noise, a tone, a copy)",
}
