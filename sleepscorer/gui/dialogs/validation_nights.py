"""Before a validation: its rule, the nights of the folder, and who is asked."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from sleepscorer.core.staging_result import OWN_STAGER
from sleepscorer.gui.dialogs.read_only_table import ReadOnlyTable
from sleepscorer.gui.dialogs.site_row import SiteRow
from sleepscorer.gui.jobs.validating import LookedThrough, Workstation
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.reading_box import ReadingBox

_BEFORE = (
    "Nights that people of this site scored from nothing, not from a machine's draft, tell which"
    " stager agrees with them best, and how sure one may be of it. Ten nights of ten people can"
    " decide; three only reveal disasters. Choose their folder: the recordings with their sessions,"
    " or with scorings beside them. Nothing in them changes. How the verdict is made is said here"
    " before any night is staged."
)
_N_COLUMNS = 3


class NightsPage(QWidget):
    """Says beforehand what will be done.

    Signals
    -------
    changed
        Another choice was made.
    forget_asked
        The choice that this workstation uses is to be forgotten.
    """

    changed = Signal()
    forget_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rule = ReadingBox("Rule", "How the verdict is made, said beforehand")
        self._table = ReadOnlyTable(
            "Nights", ("Night", "Person", "Counts", "Why not, and what else is known"), wide=3
        )
        self._site = SiteRow()
        self._boxes: dict[str, QCheckBox] = {}
        self._grid = QGridLayout()
        self._montages = QCheckBox("Try &other channels, too")
        self._montages.setChecked(True)
        described(
            self._montages,
            "Try other channels, too",
            "Each stager is asked by other channels that all the nights have; takes longer",
        )
        self._asking = QWidget()
        asked = QHBoxLayout(self._asking)
        asked.setContentsMargins(0, 0, 0, 0)
        asked.addWidget(QLabel("Asked"))
        asked.addLayout(self._grid, 1)
        asked.addWidget(self._montages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._rule)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._asking)
        layout.addWidget(self._site)
        self._site.forget_asked.connect(self.forget_asked)
        self.show_found(None)

    @property
    def stagers(self) -> tuple[str, ...]:
        """Names of those that are ticked."""
        return tuple(name for name, box in self._boxes.items() if box.isChecked())

    @property
    def all_montages(self) -> bool:
        """Whether other channels are tried."""
        return self._montages.isChecked()

    def let_choose(self, *, now: bool) -> None:
        """Let who is asked be chosen, or not: what is said stays to be read."""
        self._asking.setEnabled(now)

    def show_workstation(self, found: Workstation) -> None:
        """List who can be asked; who was unticked stays so."""
        unticked = {name for name, box in self._boxes.items() if not box.isChecked()}
        for box in self._boxes.values():
            box.deleteLater()
        self._boxes = {}
        for place, (name, title) in enumerate(found.titles.items()):
            box = self._boxes[name] = QCheckBox(title.replace("&", "&&"))
            box.setChecked(name not in unticked)
            by = "by the weights and on the device of Auto-score" if name == OWN_STAGER else title
            described(box, f"Ask {title}", f"Validate {name}, {by}; Space ticks")
            box.clicked.connect(self.changed)
            self._grid.addWidget(box, place // _N_COLUMNS, place % _N_COLUMNS)
        # Tab goes as one reads, though the boxes are younger than what follows them.
        way = (self._table, *self._boxes.values(), self._montages)
        for before, after in pairwise(way):
            QWidget.setTabOrder(before, after)
        self._site.show_choice(found.site)

    def show_found(self, through: LookedThrough | None) -> None:
        """List the nights of a folder; None where it is not known yet."""
        self._rule.setPlainText(_BEFORE if through is None else through.beforehand)
        self._table.show_rows([] if through is None else [*_rows(through)])
        if through is not None:
            self._table.setFocus()


def _rows(through: LookedThrough) -> Iterator[tuple[str, str, str, str]]:
    found = through.found
    # Who it is, is nobody's business here; that two nights are of one person is.
    people = list(dict.fromkeys(one.night.person for one in found.nights))
    for one in found.nights:
        night = one.night
        said = "; ".join(filter(None, (night.left_out, *night.notes)))
        person = str(people.index(night.person) + 1)
        yield night.name, person, "no" if night.left_out else "yes", said
    for other in found.not_judged:
        yield other.name, "", "no", other.why
