"""Where on the head an electrode lies."""

from enum import Enum

from sleepscorer.core.channel_names import recognise
from sleepscorer.core.derivation import plain_name


class HeadRegion(Enum):
    """A region of the 10-20 system; the value is how its electrodes begin."""

    FRONTAL = ("F", "AF", "FP", "FC")
    CENTRAL = ("C", "CP")
    POSTERIOR = ("O", "P", "PO", "I")


def region_of(electrode: str | None) -> HeadRegion | None:
    """Return the region of an electrode; None where it lies in none of them, as a mastoid."""
    if electrode is None:
        return None
    begins = electrode.rstrip("0123456789z").upper()
    return next((region for region in HeadRegion if begins in region.value), None)


def is_central(derivation: str) -> bool:
    """Whether a derivation, as it is shown to people, sees the vertex and nothing else of the head.

    ``"C4-M1 (derived)"`` and ``"EEG C3-Ref"`` do. ``"Fpz-Cz"`` does not, nor does ``"Cz-Oz"``, nor
    one whose electrodes nobody knows.
    """
    found = recognise(derivation) or recognise(plain_name(derivation))
    if found is None or found.kind != "eeg":
        return False
    regions = {region_of(electrode) for electrode in (found.positive, found.negative)} - {None}
    return regions == {HeadRegion.CENTRAL}
