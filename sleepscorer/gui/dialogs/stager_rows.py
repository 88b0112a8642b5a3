"""The rows of a form that ask who scores, and who is asked besides."""

from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QGridLayout, QLabel, QWidget

from sleepscorer.core.consensus import CONSENSUS
from sleepscorer.core.progress import Progress
from sleepscorer.core.staging_result import OWN_STAGER
from sleepscorer.gui.choices import StagerChoice
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.staging.stagers import how_to_get_others, not_offered, offered_stagers

_STAGER_TIP = (
    "Whose stages fill the epochs: those of one stager, or of several together, each of which is"
    " asked in turn (Alt+T)"
)
_SECOND_TIP = (
    "Another stager is asked afterwards. Its answer stands beside, fills no epoch, and takes some"
    " seconds more (Alt+I)"
)
_ALONE_TIP = "No other stager is installed"
_BOX_TIP = (
    "Ask it as well: epochs get the stage that is most probable by all that are ticked, and each"
    " answer stands beside (Alt+N, then Tab; Space ticks)"
)
_CONSENSUS_TEXT = "Consensus"
_FEWEST = 2
_TOO_FEW = "A consensus needs two stagers: tick another, or choose one stager above."
_N_COLUMNS = 2
# A maker may call a stager whatever fits in a line.
_LONGEST_TITLE = 36
_SELECTABLE = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)


class _Found(NamedTuple):
    """Titles by name of the others that are installed, and how to get more."""

    titles: dict[str, str]
    how_to_get: tuple[str, ...] = ()


class StagerRows(QObject):
    """Who scores; of a consensus, who is in it; beside one, who gives a second opinion.

    Parameters
    ----------
    choice
        To begin with; until it is known who is installed, nobody else is listed.
    form
        Gets the rows, at its end.
    tasks
        For looking who is installed, beside the window.
    parent
        The dialog; it grows with the rows.

    Signals
    -------
    changed
        Another choice was made.
    """

    changed = Signal()

    def __init__(
        self, choice: StagerChoice, form: QFormLayout, tasks: TaskRunner, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._form, self._dialog = form, parent
        self._consensus_of = choice.consensus_of
        self._is_known, self._is_open = False, True
        self._stager, self._second = QComboBox(), QComboBox()
        self._boxes: dict[str, QCheckBox] = {}
        self._several = QWidget()
        self._grid = QGridLayout(self._several)
        self._grid.setContentsMargins(0, 3, 0, 0)
        self._too_few = QLabel(_TOO_FEW)
        self._too_few.setObjectName("refusal")
        self._too_few.setWordWrap(True)
        self._not_offered, self._how_to_get = _faint_label(), _faint_label()
        # To be copied into a terminal.
        self._how_to_get.setTextInteractionFlags(_SELECTABLE)
        self._how_to_get.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        form.addRow("S&tager", self._stager)
        self._several_label = QLabel("Co&nsensus of")
        form.addRow(self._several_label, self._several)
        form.addRow("", self._too_few)
        form.addRow("Second op&inion", self._second)
        for label in (self._not_offered, self._how_to_get):
            form.addRow("", label)
            form.setRowVisible(label, False)
        described(self._stager, "Stager", _STAGER_TIP)
        remembered = (choice.stager, *choice.consensus_of, choice.second_opinion)
        self._list({name: "…" for name in remembered if name not in (OWN_STAGER, CONSENSUS, "")})
        if choice.stager == CONSENSUS and self._stager.findData(CONSENSUS) < 0:
            self._stager.insertItem(0, _CONSENSUS_TEXT, CONSENSUS)
        _choose(self._stager, choice.stager)
        self._list_second()
        _choose(self._second, choice.second_opinion)
        self._show_rows()
        self._stager.currentIndexChanged.connect(self._on_stager_chosen)
        self._second.currentIndexChanged.connect(self.changed)
        looking, checking = Latest(tasks, self), Latest(tasks, self)
        looking.start("Looking for other stagers", _look, self._on_found, quiet=True)
        checking.start("Reading stagers.toml", _check, self._on_checked, quiet=True)

    @property
    def choice(self) -> StagerChoice:
        """What is chosen now."""
        stager = str(self._stager.currentData())
        second = "" if stager == CONSENSUS else str(self._second.currentData())
        return StagerChoice(stager, self._consensus_of, second)

    @property
    def asks_ours(self) -> bool:
        """Whether our own stager is asked, whose weights and device can be chosen."""
        now = self.choice
        if now.stager == CONSENSUS:
            return not now.consensus_of or OWN_STAGER in now.consensus_of
        return OWN_STAGER in (now.stager, now.second_opinion)

    def set_enabled(self, enabled: bool) -> None:
        """Let a person choose, or only see what was chosen."""
        self._is_open = enabled
        for widget in (self._stager, self._several):
            widget.setEnabled(enabled)
        self._list_second()

    @property
    def is_possible(self) -> bool:
        """Whether that can be asked: a consensus needs two."""
        is_one = self._stager.currentData() != CONSENSUS
        return is_one or not self._is_known or len(self._ticked()) >= _FEWEST

    def _ticked(self) -> tuple[str, ...]:
        return tuple(name for name, box in self._boxes.items() if box.isChecked())

    def _list(self, titles: dict[str, str]) -> None:
        """List these stagers and ours; what was chosen stays so as far as it is there."""
        chosen, titles = self._stager.currentData(), {OWN_STAGER: OWN_STAGER, **titles}
        self._stager.blockSignals(True)
        self._stager.clear()
        if len(titles) >= _FEWEST:
            self._stager.addItem(_CONSENSUS_TEXT, CONSENSUS)
        for name, title in titles.items():
            self._stager.addItem(title, name)
        _choose(self._stager, chosen or OWN_STAGER, otherwise=OWN_STAGER)
        self._stager.blockSignals(False)
        for box in self._boxes.values():
            # Until it is deleted nobody is to find it there.
            box.setParent(None)
            box.deleteLater()
        self._boxes = {name: self._box_of(name, title) for name, title in titles.items()}
        for place, box in enumerate(self._boxes.values()):
            self._grid.addWidget(box, place // _N_COLUMNS, place % _N_COLUMNS)
        self._several_label.setBuddy(self._boxes[OWN_STAGER])
        before: QWidget = self._stager
        for box in self._boxes.values():
            QWidget.setTabOrder(before, box)
            before = box
        QWidget.setTabOrder(before, self._second)

    def _box_of(self, name: str, title: str) -> QCheckBox:
        is_long = len(title) > _LONGEST_TITLE
        text = f"{title[: _LONGEST_TITLE - 1]}…" if is_long else title
        box = QCheckBox(text.replace("&", "&&"))
        box.setChecked(not self._consensus_of or name in self._consensus_of)
        described(box, f"Ask {title}", _BOX_TIP)
        box.clicked.connect(self._on_ticked)
        return box

    def _list_second(self) -> None:
        """List who can give a second opinion: all but who scores."""
        chosen, stager = self._second.currentData(), self._stager.currentData()
        self._second.blockSignals(True)
        self._second.clear()
        self._second.addItem("None", "")
        for place in range(self._stager.count()):
            name = self._stager.itemData(place)
            if name not in (CONSENSUS, stager):
                self._second.addItem(self._stager.itemText(place), name)
        _choose(self._second, chosen or "")
        self._second.blockSignals(False)
        is_alone = self._second.count() == 1
        self._second.setEnabled(self._is_open and not is_alone)
        described(self._second, "Second opinion", _ALONE_TIP if is_alone else _SECOND_TIP)

    def _show_rows(self) -> None:
        is_consensus = self._stager.currentData() == CONSENSUS
        self._form.setRowVisible(self._several, is_consensus)
        self._form.setRowVisible(self._too_few, not self.is_possible)
        self._form.setRowVisible(self._second, not is_consensus)
        self._make_room()

    def _show_label(self, label: QLabel, text: str) -> None:
        label.setText(text)
        self._form.setRowVisible(label, bool(text))
        self._make_room()

    def _make_room(self) -> None:
        """Let the dialog grow, or the rows above are pressed together."""
        if self._dialog.isVisible():
            size = self._dialog.size()
            needed_px = self._form.totalHeightForWidth(size.width())
            self._dialog.resize(size.width(), max(size.height(), needed_px))

    def _on_found(self, found: _Found) -> None:
        self._is_known = True
        installed = (OWN_STAGER, *found.titles)
        there = tuple(name for name in self._consensus_of if name in installed)
        self._consensus_of = there if len(there) >= _FEWEST else ()
        self._list(found.titles)
        self._list_second()
        self._show_rows()
        text = "\n".join(("Others, and what to type in a terminal to get them:", *found.how_to_get))
        self._show_label(self._how_to_get, text if found.how_to_get else "")
        described(self._how_to_get, "Other stagers", text)
        self.changed.emit()

    def _on_checked(self, why: tuple[str, ...]) -> None:
        """Say what a person named as a stager and can't choose here."""
        self._show_label(self._not_offered, "\n".join(why))

    @Slot()
    def _on_stager_chosen(self) -> None:
        self._list_second()
        self._show_rows()
        self.changed.emit()

    @Slot()
    def _on_ticked(self) -> None:
        ticked = self._ticked()
        # Who is installed later is then asked as well.
        self._consensus_of = () if len(ticked) == len(self._boxes) else ticked
        self._show_rows()
        self.changed.emit()


def _faint_label() -> QLabel:
    label = QLabel()
    label.setObjectName("faint")
    label.setWordWrap(True)
    return label


def _choose(box: QComboBox, name: str, *, otherwise: str = "") -> None:
    place = box.findData(name)
    box.setCurrentIndex(max(place if place >= 0 else box.findData(otherwise), 0))


def _look(_progress: Progress) -> _Found:
    offered = offered_stagers()
    return _Found({one.name: one.title for one in offered}, how_to_get_others(offered))


def _check(_progress: Progress) -> tuple[str, ...]:
    return tuple(map(str, not_offered()))
