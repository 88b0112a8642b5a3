"""What the window showed of a session, as values that JSON knows, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from PySide6.QtCore import QByteArray

from sleepscorer.analysis.display import DisplayFilter, DisplayMontage
from sleepscorer.analysis.laboratory import Laboratory, in_step
from sleepscorer.analysis.montage_presets import MontagePreset, TraceRule
from sleepscorer.core.errors import UsageError
from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.layers import FIRST
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import ROLES, ChannelChoice
from sleepscorer.gui.session_model import PAGE_LENGTHS_S, SessionModel


def view_of(model: SessionModel, channels: ChannelChoice) -> dict[str, Any]:
    """Return what is shown and said: page, montage, panel, derivations, channels, arousals."""
    preset = MontagePreset.of(model.montage, model.montage.name)
    arousals = model.scored_in.get(EventFamily.AROUSAL, ())
    return {
        "epoch": model.epoch,
        "page_s": model.page_s,
        "layer": model.session.layer.number,
        "n_edits": len(model.session.edits),
        "panel": model.panel,
        "montage": preset.name,
        "rows": [asdict(rule) for rule in preset.rules],
        # Rows that look as these say were left alone by the person.
        "laboratory": model.laboratory.as_values(),
        # As versions before families knew it.
        "arousals_scored": FIRST in arousals,
        "arousals_scored_in": list(arousals),
        "scored_in": {family.value: list(layers) for family, layers in model.scored_in.items()},
        "second_opinion": model.shows_second_opinion,
        "derivations": dict(model.chosen_derivations),
        "channels": {role: _listed(getattr(channels, role)) for role in ROLES},
    }


def montage_of(
    view: Mapping[str, Any], recording: Recording, laboratory: Laboratory
) -> DisplayMontage | None:
    """Return the montage that was shown; None where there was none or it can't be understood.

    What a person set on a trace is as it was; the rest follows the laboratory's defaults of today.
    """
    try:
        rules = tuple(_rule(row) for row in view["rows"])
        montage = MontagePreset(str(view["montage"]), rules).resolve(recording)
        before = Laboratory.from_values(view.get("laboratory", {}))
    except (KeyError, TypeError, ValueError, UsageError):
        return None
    return in_step(montage, before, laboratory) if montage.traces else None


def channels_of(view: Mapping[str, Any]) -> ChannelChoice:
    """Return the channels to stage by."""
    stored = view.get("channels")
    if not isinstance(stored, dict):
        return ChannelChoice()
    return ChannelChoice(**{role: _names(stored.get(role)) for role in ROLES})


def show_view(model: SessionModel, view: Mapping[str, Any], *, page_s: int) -> None:
    """Turn to the page that was shown; the preferred page length where none was stored.

    Edits are stored at once, and the view only now and then: after a crash a newer edit tells
    better where somebody worked.
    """
    stored = view.get("page_s")
    length = stored if isinstance(stored, int) and stored in PAGE_LENGTHS_S else page_s
    model.set_page_length(length if length in PAGE_LENGTHS_S else PAGE_LENGTHS_S[4])
    model.set_scored_in(_scored_in(view))
    model.shows_second_opinion = view.get("second_opinion") is not False
    chosen = view.get("derivations")
    if isinstance(chosen, dict):
        model.chosen_derivations = {str(pane): str(name) for pane, name in chosen.items()}
    panel = view.get("panel")
    model.panel = panel if isinstance(panel, str) else model.panel
    epoch, n_edits = view.get("epoch"), view.get("n_edits", None if view else 0)
    if isinstance(n_edits, int) and view.get("layer", FIRST) == model.session.layer.number:
        places = (edit.epoch for edit in reversed(model.session.edits[n_edits:]))
        epoch = next((place for place in places if place is not None), epoch)
    if isinstance(epoch, int):
        model.select_epoch(epoch)


def _scored_in(view: Mapping[str, Any]) -> dict[EventFamily, list[int]]:
    """Return in which layers each family of events was scored."""
    stored = view.get("scored_in")
    found = {
        family: _numbers(stored.get(family.value) if isinstance(stored, dict) else None)
        for family in EventFamily
    }
    first = [FIRST] if view.get("arousals_scored") is True else []
    found[EventFamily.AROUSAL] += [*first, *_numbers(view.get("arousals_scored_in"))]
    return found


def _numbers(stored: object) -> list[int]:
    return [one for one in stored if type(one) is int] if isinstance(stored, list) else []


def layout_text(layout: QByteArray) -> str:
    """Return geometry or layout of a window, as Qt saves them, as text."""
    return bytes(layout.toBase64().data()).decode("ascii")


def layout_of(text: str) -> QByteArray:
    """Return what was made text; empty where it can't be understood."""
    return QByteArray.fromBase64(QByteArray(text.encode("ascii", "ignore")))


def _rule(row: Mapping[str, Any]) -> TraceRule:
    values = dict(row)
    stored = values.pop("filter", None)
    for name in ("wants", "kinds"):
        values[name] = tuple(str(item) for item in values.get(name, ()))
    return TraceRule(**values, filter=None if stored is None else DisplayFilter(**stored))


def _listed(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)


def _names(stored: Any) -> tuple[str, ...] | None:
    if not isinstance(stored, list):
        return None
    return tuple(str(name) for name in stored)
