"""The strips of the overview that can be folded away, by the names that settings keep."""

from collections.abc import Mapping
from types import MappingProxyType

FOLDABLE: Mapping[str, str] = MappingProxyType(
    {
        "hypnodensity": "Hypnodensity",
        "events": "Events",
        "spectrogram": "Spectrogram",
        "confidence": "Confidence",
    }
)
"""What each is called; the first ones are unfolded first where there is room for some of them."""

AS_MANY_AS_FIT = ("as many as fit",)
"""In place of names: as many as leave the hypnogram its room."""
