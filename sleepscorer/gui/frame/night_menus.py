"""The menus of a right click on the traces and on the overview: what is possible there."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtWidgets import QMenu, QWidget

from sleepscorer.core.event_kinds import EventKind, kinds
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.gui.actions.action_set import ActionSet
from sleepscorer.gui.actions.table import BY_ID
from sleepscorer.gui.frame.workspace import Workspace
from sleepscorer.gui.keys import shown
from sleepscorer.gui.look.appearance import shortened
from sleepscorer.gui.look.mnemonics import give_mnemonics
from sleepscorer.gui.session_model import OF_RECORDING
from sleepscorer.gui.traces.canvas import MenuPlace

_Do = Callable[[], object]


class NightMenus(QObject):
    """Opens them for the panes of one recording.

    Parameters
    ----------
    panes
        What is clicked on.
    actions
        They have keys, and do what is not of the place.

    Attributes
    ----------
    opened
        The menu opened last; None before.
    """

    def __init__(self, panes: Workspace, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(panes)
        self._panes, self._model, self._actions, self._over = panes, panes.model, actions, parent
        self.opened: QMenu | None = None
        panes.traces.menu_asked.connect(self.open_on_traces)
        panes.overview.canvas.menu_asked.connect(self.open_on_overview)

    @Slot(object)
    def open_on_traces(self, place: MenuPlace) -> None:
        """Say what can be done with the event or the stretch there, or at that time."""
        menu = self._begun(self._what(place))
        event, row = place.event, place.row
        if event is not None and self._model.is_own(event):
            self._add_kinds(menu.addMenu("Change to"), self._panes.traces.mark)
            self._add_action(menu, "event.delete")
            self._add_action(menu, "event.place")
            self._add_action(menu, "event.comment")
        elif event is not None:
            take = partial(self._model.take, [event], OF_RECORDING)
            self._add(menu, "Take as own", take)
            self._add_action(menu, "event.adopt")
        elif place.has_stretch:
            self._add_kinds(menu, self._panes.traces.mark)
            self._add_action(menu, "event.comment")
        elif row is not None:
            here = partial(self._mark_at, time_s=place.time_s, row=row)
            self._add_kinds(menu.addMenu("Mark here"), here)
        self._add_of_time(menu, place.time_s)
        self._open(menu, place.where)

    @Slot(QPoint, float)
    def open_on_overview(self, where: QPoint, time_s: float) -> None:
        """Say what can be done at a time of the night."""
        model = self._model
        epoch = min(int(time_s // EPOCH_S), max(model.n_epochs - 1, 0))
        clock = model.clock_text(time_s)
        title = clock
        if model.n_epochs:
            stage = Stage(int(model.session.state.stages[epoch]))
            title = f"Epoch {epoch + 1}, {stage.text}, at {clock}"
        menu = self._begun(title)
        self._add(menu, "Go there", partial(model.show_time, time_s), edits=False)
        self._add_action(menu, "view.overview", edits=False)
        self._add_action(menu, "score.paint")
        self._add_of_time(menu, time_s)
        self._open(menu, where)

    def _what(self, place: MenuPlace) -> str:
        if place.event is not None:
            return self._model.event_text(place.event)
        clock = self._model.clock_text(place.time_s, tenths=True)
        return f"Stretch at {clock}" if place.has_stretch else clock

    def _mark_at(self, text: str, *, time_s: float, row: int) -> None:
        self._panes.traces.mark_at(text, time_s, row)

    def _add_kinds(self, menu: QMenu, mark: Callable[[str], object]) -> None:
        for kind in kinds():
            self._add_kind(menu, kind, partial(mark, kind.text))
        menu.setEnabled(self._model.is_editable)

    def _add_kind(self, menu: QMenu, kind: EventKind, do: _Do) -> None:
        self._add(menu, f"{kind.label}{self._key_of(f'event.{kind.name}')}", do)

    def _add_of_time(self, menu: QMenu, time_s: float) -> None:
        """Lights marks at a whole second, and where to go on from there."""
        model, at_s = self._model, round(time_s)
        clock = model.clock_text(at_s)
        menu.addSeparator()
        state = model.session.state
        off = partial(model.set_lights, float(at_s), state.lights_on_s)
        on = partial(model.set_lights, state.lights_off_s, float(at_s))
        self._add(menu, f"Lights off here ({clock})", off)
        self._add(menu, f"Lights on here ({clock})", on)
        menu.addSeparator()
        for action_id in ("event.previous", "event.next", "go.epoch"):
            self._add_action(menu, action_id, edits=False)

    def _begun(self, title: str) -> QMenu:
        menu = QMenu(self._over)
        menu.addAction(shortened(title).replace("&", "&&")).setEnabled(False)
        menu.addSeparator()
        return menu

    def _add_action(self, menu: QMenu, action_id: str, *, edits: bool = True) -> None:
        """An entry of its own: a shared one would change its letter in the menu bar too."""
        action = self._actions[action_id]
        text = f"{BY_ID[action_id].text}{self._key_of(action_id)}"
        self._add(menu, text, action.trigger, edits=edits)

    def _add(self, menu: QMenu, text: str, do: _Do, *, edits: bool = True) -> None:
        entry = menu.addAction(text)
        entry.triggered.connect(lambda _checked: do())
        entry.setEnabled(self._model.is_editable or not edits)

    def _key_of(self, action_id: str) -> str:
        shortcut = self._actions[action_id].shortcut()
        return f"\t{shown(shortcut.toString())}" if not shortcut.isEmpty() else ""

    def _open(self, menu: QMenu, where: QPoint) -> None:
        for part in (menu, *menu.findChildren(QMenu)):
            give_mnemonics(part)
        menu.aboutToHide.connect(menu.deleteLater)
        self.opened = menu
        menu.popup(where)
