"""The sheet of keys: what each key does, as it is set now."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from sleepscorer.gui.actions.table import (
    ACTIONS,
    KEYPAD,
    MENUS,
    OWN_KIND_IDS,
    PRESET_IDS,
    own_kind_texts,
)
from sleepscorer.gui.help.reading_text import ReadingText
from sleepscorer.gui.keys import Keys, shown
from sleepscorer.gui.look.appearance import described

_MOUSE = (
    ("Click or drag on the overview", "go there; a click never changes a stage"),
    ("Double click on the overview", "the hour around it, and back"),
    ("Wheel on the overview", "an hour, and back; Shift: scroll the hour"),
    ("Shift + drag on the hypnogram", "paint the current stage; Esc leaves"),
    ("Drag on a trace", "choose a stretch: the key of a kind marks it; or measure"),
    ("Wheel on the traces", "turn pages; Shift: length"),
    ("Ctrl + wheel on a trace", "size of all traces of its kind"),
    ("Wheel on a label", "size of this trace"),
    ("Right click on the traces or the overview", "what can be done there"),
    ("Right click on a label", "filter, height, colour, order"),
)
_COLUMNS = (("Score", "Event", "Mouse"), ("Go", "View"), ("File", "Edit", "Montage", "Help"))


class KeySheet(QDialog):
    """Shows the keys; they can be changed in the dialog of keys.

    Parameters
    ----------
    keys
        Of each action.
    presets
        Names of the montage presets there are, in the order of their keys.
    """

    def __init__(
        self, keys: Mapping[str, Keys], presets: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.resize(1240, 700)
        sheet = ReadingText()
        described(sheet, "Sheet of keys", "The arrows, PgUp, PgDn, Home and End scroll; Esc closes")
        sheet.setHtml(sheet_html(keys, presets))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(sheet)
        layout.addWidget(buttons)


def sheet_html(keys: Mapping[str, Keys], presets: Sequence[str] = ()) -> str:
    """Return the sheet as HTML, three columns."""
    texts = dict(zip(PRESET_IDS, presets, strict=False)) | own_kind_texts()
    columns = "".join(
        '<td style="padding-right:28px" valign="top">'
        + "".join(_section(section, keys, texts) for section in sections)
        + "</td>"
        for sections in _COLUMNS
    )
    return f'<table width="100%"><tr>{columns}</tr></table>'


def _section(name: str, keys: Mapping[str, Keys], presets: Mapping[str, str]) -> str:
    rows = _menu_rows(name, keys, presets) if name in MENUS else _MOUSE
    cells = "".join(
        '<tr><td style="padding-right:14px; white-space:pre">'
        f"<b>{escape(key)}</b></td><td>{escape(text)}</td></tr>"
        for key, text in rows
    )
    return f"<h3>{name}</h3><table>{cells}</table>"


def _menu_rows(
    menu: str, keys: Mapping[str, Keys], presets: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield keys and what they do; the keypad stands in the row of the action it repeats."""
    for spec in ACTIONS:
        if spec.menu != menu or spec.id.endswith(KEYPAD):
            continue
        if spec.id in (*PRESET_IDS, *OWN_KIND_IDS) and spec.id not in presets:
            continue
        own = (*keys.get(spec.id, ()), *keys.get(f"{spec.id}{KEYPAD}", ()))
        if own:
            yield ", ".join(shown(key) for key in own), presets.get(spec.id, spec.text).rstrip("…")
