"""Says what a file of settings would change, and asks whether it is to."""

from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.analysis.filters import filter_text
from sleepscorer.analysis.laboratory import KIND_WORDS, KINDS_WITH_DEFAULTS, Laboratory
from sleepscorer.core.own_kinds import OwnKinds, own_name
from sleepscorer.core.wording import one_line
from sleepscorer.gui.actions.table import ACTIONS
from sleepscorer.gui.jobs.shared_settings import SHARED, SharedSettings
from sleepscorer.gui.keys import key_map, shown
from sleepscorer.gui.look.appearance import described, shortened
from sleepscorer.gui.settings import Settings

# High enough for every filter of theirs.
_RATE_HZ = 10_000.0
_NONE = "none"
_MOST_NAMED = 10


class SettingsLoadingDialog(QDialog):
    """Lists the changes; accepted, they are to be made.

    Parameters
    ----------
    shared
        What the file holds.
    now
        The settings in force.
    """

    def __init__(
        self,
        shared: SharedSettings,
        now: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Load settings")
        self.resize(640, 420)
        changes = [shortened(one_line(change)) for change in changes_by(shared, now)]
        self._list = QListWidget()
        described(self._list, "What would change")
        self._list.addItems(changes)
        self._list.setCurrentRow(0)
        said = f"Loading {shared.name} would change this:"
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        load = buttons.addButton("&Load", QDialogButtonBox.ButtonRole.AcceptRole)
        if not changes:
            said = f"Loading {shared.name} would change nothing: its settings are in force already."
            load.setEnabled(False)
            self._list.hide()
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(_text(said))
        layout.addWidget(self._list, 1)
        if shared.unknown:
            more = len(shared.unknown) - _MOST_NAMED
            rest = (f"{more} more",) if more > 0 else ()
            left_out = "; ".join((*shared.unknown[:_MOST_NAMED], *rest))
            layout.addWidget(_text(f"Not known here, or never taken over: {left_out}."))
        layout.addWidget(buttons)


def changes_by(shared: SharedSettings, now: Settings) -> Iterator[str]:
    """Yield what would change, a line each: ``"Page, seconds: 30 → 60"``."""
    for name, value in shared.values.items():
        before = getattr(now, name)
        if name == "laboratory":
            yield from _laboratory_changes(before, value)
        elif name == "own_kinds":
            yield from _kind_changes(before, value)
        elif name not in ("own_keys", "key_profile") and before != value:
            yield f"{SHARED[name]}: {_words(before)} → {_words(value)}"
    yield from _key_changes(shared.values, now)
    for preset in shared.presets:
        before = shared.presets_before.get(preset.name)
        if before != preset:
            yield f"Montage “{preset.name}”: {'new' if before is None else 'replaced'}"


def _key_changes(values: Mapping[str, Any], now: Settings) -> Iterator[str]:
    profile = values.get("key_profile", now.key_profile)
    own = values.get("own_keys", now.own_keys)
    if profile != now.key_profile:
        yield f"{SHARED['key_profile']}: {now.key_profile} → {profile}"
    # Keys that come with another profile are said by its name.
    before, after = key_map(profile, now.own_keys), key_map(profile, own)
    kinds = values.get("own_kinds", now.own_kinds).rows
    texts = {f"event.{own_name(row.place)}": row.label for row in kinds}
    for spec in ACTIONS:
        old, new = before.get(spec.id, ()), after.get(spec.id, ())
        if old != new:
            text = texts.get(spec.id, spec.text.rstrip("…"))
            yield f"{text}: {_keys(old)} → {_keys(new)}"


def _kind_changes(before: OwnKinds, after: OwnKinds) -> Iterator[str]:
    """What becomes of the kinds of events of one's own, by their places."""
    old, new = ({row.place: row for row in kinds.rows} for kinds in (before, after))
    for place in sorted(old.keys() | new.keys()):
        was, now = old.get(place), new.get(place)
        if was != now:
            words = ["none" if row is None else f"{row.label} (“{row.text}”)" for row in (was, now)]
            yield f"Kind of events {place}: {words[0]} → {words[1]}"


def _laboratory_changes(before: Laboratory, after: Laboratory) -> Iterator[str]:
    if before.mains_hz != after.mains_hz:
        yield f"Mains frequency: {_mains(before)} → {_mains(after)}"
    for kind in KINDS_WITH_DEFAULTS:
        old, new = (_look(kind, one) for one in (before, after))
        if old != new:
            yield f"{KIND_WORDS[kind]}: {old} → {new}"


def _look(kind: str, laboratory: Laboratory) -> str:
    """The filter and height of a kind, without the frequency of the mains."""
    used = Laboratory(None, laboratory.kinds).filter_of(kind)
    height = laboratory.height_of(kind, "uV")
    parts = [
        filter_text(used, _RATE_HZ),
        "" if laboratory.has_notch(kind) else "no notch",
        "" if height is None else f"{height:g} µV",
    ]
    return ", ".join(part for part in parts if part)


def _mains(laboratory: Laboratory) -> str:
    return "not set" if laboratory.mains_hz is None else f"{laboratory.mains_hz:g} Hz"


def _keys(keys: tuple[str, ...]) -> str:
    return " or ".join(shown(key) for key in keys) or _NONE


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(value) or _NONE
    return str(value) or _NONE


def _text(words: str) -> QLabel:
    # The file may hold anything: no markup, no line breaks, no words that no line can hold.
    label = QLabel(shortened(one_line(words)))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
