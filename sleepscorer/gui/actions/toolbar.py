"""The toolbar: tools with words while there is room, stages, and a palette of kinds of events."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QToolBar, QToolButton

from sleepscorer.core.event_kinds import EVENT_KINDS, EventFamily
from sleepscorer.core.stages import Stage
from sleepscorer.gui.actions.action_set import ActionSet
from sleepscorer.gui.actions.keyed_button import KeyedButton
from sleepscorer.gui.actions.table import BY_ID, STAGE_OF
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.icons import icon
from sleepscorer.gui.look.theme import Theme, theme_named
from sleepscorer.gui.settings import SettingsFile

_ICON_PX = 16


class _Letters(NamedTuple):
    """Letters on a button, and their colour."""

    text: str
    colour_of: Callable[[Theme], str]


_TOOLS: Mapping[str, tuple[str, str]] = {
    "file.open": ("Open", "open"),
    "file.export": ("Export", "export"),
    "edit.undo": ("Undo", "undo"),
    "edit.redo": ("Redo", "redo"),
    "score.paint": ("Paint", "paint"),
    "score.auto": ("Auto-score", "auto"),
    "tool.measure": ("Measure", "measure"),
}
"""The word and the icon of each."""


def _of_family(family: EventFamily) -> Callable[[Theme], str]:
    return lambda theme: theme.families[family]


def _of_stage(stage: Stage) -> Callable[[Theme], str]:
    return lambda theme: theme.stage_colour(stage)


def _palette() -> dict[str, _Letters]:
    """The kinds of most nights, a family beside another."""
    order = list(EventFamily)
    common = [kind for kind in EVENT_KINDS if kind.is_common]
    kinds = sorted(common, key=lambda kind: order.index(kind.family))
    letters = {
        f"event.{kind.name}": _Letters(kind.short or kind.label, _of_family(kind.family))
        for kind in kinds
    }
    return letters | {"event.comment": _Letters("Comment", _of_family(EventFamily.OTHER))}


_STAGES = {
    action_id: _Letters(stage.text, _of_stage(stage)) for action_id, stage in STAGE_OF.items()
}
_EVENTS = _palette()
_GROUPS = (
    ("file.open", "file.export"),
    ("edit.undo", "edit.redo"),
    tuple(_STAGES),
    ("score.paint", "score.auto", "tool.measure"),
    tuple(_EVENTS),
)


class Toolbar(QToolBar):
    """Its tools go without words in a narrow window; what finds no room then unfolds below.

    Parameters
    ----------
    actions
        What its buttons do.
    settings
        Of which it follows the theme.
    window
        Whose it is.
    """

    def __init__(self, actions: ActionSet, settings: SettingsFile, window: QMainWindow) -> None:
        super().__init__("Tools", window)
        self._settings = settings
        self._tools: list[QToolButton] = []
        self._keyed: list[KeyedButton] = []
        self._words_px = 0
        self.setObjectName("tools")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        # The View menu of Qt would hide it, and nothing would bring it back.
        self.toggleViewAction().setVisible(False)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for number, group in enumerate(_GROUPS):
            if number:
                self.addSeparator()
            for action_id in group:
                self._add(action_id, actions[action_id])
        more = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if more is not None:
            described(more, "More tools", "Show the tools that find no room here")
        settings.changed.connect(self._on_setting_changed)

    def _add(self, action_id: str, action: QAction) -> None:
        letters = _STAGES.get(action_id) or _EVENTS.get(action_id)
        if letters is not None:
            theme = theme_named(self._settings.now.theme)
            keyed = KeyedButton(action, letters.text, letters.colour_of, theme, self)
            self.addWidget(keyed)
            self._keyed.append(keyed)
            button: QToolButton = keyed
        else:
            word, name = _TOOLS[action_id]
            action.setIconText(word)
            action.setIcon(icon(name))
            # Menus stay words.
            action.setIconVisibleInMenu(False)
            self.addAction(action)
            button = self._button_of(action)
            self._tools.append(button)
        button.setAccessibleName(BY_ID[action_id].text.rstrip("…"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _button_of(self, action: QAction) -> QToolButton:
        button = self.widgetForAction(action)
        assert isinstance(button, QToolButton)
        return button

    @property
    def shows_words(self) -> bool:
        """Whether tools have words beside their icons now."""
        return self.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:  # noqa: D102
        is_done = super().event(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange, QEvent.Type.Polish):
            self._words_px = 0
        elif event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return is_done

    def _fit(self) -> None:
        """Show the words if all buttons then have room."""
        if not self._words_px:
            self._words_px = self._measured_words_px()
        without_px = self.sizeHint().width() - (self._words_px if self.shows_words else 0)
        has_room = without_px + self._words_px <= self.width()
        if has_room != self.shows_words:
            self.setToolButtonStyle(_style(words=has_room))

    def _measured_words_px(self) -> int:
        """How much wider the tools are with words than without."""
        widths_px = []
        for words in (True, False):
            for tool in self._tools:
                tool.setToolButtonStyle(_style(words=words))
            widths_px.append(sum(tool.sizeHint().width() for tool in self._tools))
        for tool in self._tools:
            tool.setToolButtonStyle(self.toolButtonStyle())
        return widths_px[0] - widths_px[1]

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name == "theme":
            theme = theme_named(self._settings.now.theme)
            for button in self._keyed:
                button.set_theme(theme)


def _style(*, words: bool) -> Qt.ToolButtonStyle:
    styles = Qt.ToolButtonStyle
    return styles.ToolButtonTextBesideIcon if words else styles.ToolButtonIconOnly
