"""The panes of one open recording: overview above, traces below, panels beside."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from sleepscorer.gui.jobs.explaining import Explainer
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.overview.overview import Overview
from sleepscorer.gui.panels.compare import ComparePanel
from sleepscorer.gui.panels.epoch import EpochPanel
from sleepscorer.gui.panels.events import EventsPanel
from sleepscorer.gui.panels.history import HistoryPanel
from sleepscorer.gui.panels.review import ReviewPanel
from sleepscorer.gui.panels.statistics import StatisticsPanel
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.tool_names import SELECT
from sleepscorer.gui.traces.signal_view import SignalView
from sleepscorer.session_documents import KeptMeasures

_OVERVIEW_SHARE = 0.27


class _Given(NamedTuple):
    """What panels are made from."""

    model: SessionModel
    theme: Theme
    explainer: Explainer


class _PanelRow(NamedTuple):
    name: str
    title: str
    make: Callable[[_Given], QWidget]


_PANELS = (
    _PanelRow("review", "Review", lambda given: ReviewPanel(given.model)),
    _PanelRow("events", "Events", lambda given: EventsPanel(given.model, given.theme)),
    _PanelRow("statistics", "Statistics", lambda given: StatisticsPanel(given.model, given.theme)),
    _PanelRow(
        "epoch",
        "Epoch",
        lambda given: EpochPanel(given.model, given.theme, explainer=given.explainer),
    ),
    _PanelRow("history", "History", lambda given: HistoryPanel(given.model)),
    _PanelRow("compare", "Compare", lambda given: ComparePanel(given.model, given.theme)),
)
PANEL_NAMES = tuple(row.name for row in _PANELS)
"""In the order of the tabs; the action "view.<name>" shows one."""

_Panel = TypeVar("_Panel", bound=QWidget)


class _NightAbovePage(QSplitter):
    """Shares its height between overview and traces, as at first or as the user dragged it.

    Strips that the overview shows on demand take their room from the traces, not from the
    hypnogram.
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._share, self._added_px = _OVERVIEW_SHARE, 0
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._on_dragged)

    def make_room(self, added_px: int) -> None:
        """Give the overview this much beside its share."""
        if added_px != self._added_px:
            self._added_px = added_px
            self._share_out()

    def _share_out(self) -> None:
        total_px = sum(self.sizes())
        overview_px = self._added_px + round(self._share * total_px)
        if 0 < overview_px < total_px:
            self.setSizes([overview_px, total_px - overview_px])

    @Slot()
    def _on_dragged(self) -> None:
        overview_px, traces_px = self.sizes()
        self._share = (overview_px - self._added_px) / max(overview_px + traces_px, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._share_out()


class Workspace(QWidget):
    """All that shows one session; made when it is opened, thrown away when it is closed.

    Parameters
    ----------
    model
        The open session.
    theme
        The colours.
    tasks
        For what the panes compute.
    kept
        Where what takes long to compute is kept.
    """

    def __init__(
        self,
        model: SessionModel,
        theme: Theme,
        tasks: TaskRunner,
        kept: KeptMeasures | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model = model
        self.overview = Overview(model, theme, tasks)
        self.traces = SignalView(model, theme)
        self.explainer = Explainer(model, tasks, kept, self)
        given = _Given(model, theme, self.explainer)
        self.panels: Mapping[str, tuple[str, QWidget]] = {
            row.name: (row.title, row.make(given)) for row in _PANELS
        }
        """Title and widget of each panel, in the order of the tabs."""
        self.review = self._panel(ReviewPanel)
        self.events = self._panel(EventsPanel)
        self.statistics = self._panel(StatisticsPanel)
        self.epoch = self._panel(EpochPanel)
        self.explainer.changed.connect(self._show_explanation)
        self.events.tool_chosen.connect(self.traces.set_tool)
        self._tabs: QTabWidget | None = None
        self._splitter = _NightAbovePage()
        self._splitter.addWidget(self.overview)
        self._splitter.addWidget(self.traces)
        self._make_room()
        model.layers_changed.connect(self._make_room)
        model.scoring_changed.connect(self._make_room)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)
        self.setFocusProxy(self.traces)

    def _panel(self, kind: type[_Panel]) -> _Panel:
        """The panel of this kind, for what is wired to it."""
        return next(panel for _, panel in self.panels.values() if isinstance(panel, kind))

    def fill_tabs(self, tabs: QTabWidget) -> None:
        """Put the panels in place of what is in the tabs."""
        tabs.clear()
        for title, panel in self.panels.values():
            tabs.addTab(panel, title)
        shown = self.panels.get(self.model.panel)
        if shown is not None:
            tabs.setCurrentWidget(shown[1])
        self._tabs = tabs
        tabs.currentChanged.connect(self._on_tab_chosen)

    @Slot(int)
    def _on_tab_chosen(self, index: int) -> None:
        chosen = None if self._tabs is None else self._tabs.widget(index)
        name = next((name for name, (_, panel) in self.panels.items() if panel is chosen), None)
        if name is not None:
            self.model.set_panel(name)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for pane in (self.overview, self.traces, *(panel for _, panel in self.panels.values())):
            change = getattr(pane, "set_theme", None)
            if change is not None:
                change(theme)

    def show_kinds(self) -> None:
        """Offer other kinds of events, and draw those there are in their colours and words."""
        self.events.show_kinds()
        self.traces.canvas.redraw()
        self.overview.canvas.redraw()

    @Slot()
    def _show_explanation(self) -> None:
        explainer = self.explainer
        self.traces.show_explanation(explainer.explanation if explainer.is_shown else None)

    @Slot()
    def _make_room(self) -> None:
        self._splitter.make_room(round(self.overview.canvas.strips.added_px))

    def leave_tools(self) -> None:
        """End painting, marking and measuring."""
        self.overview.set_painting(False)
        self.traces.set_tool(SELECT)

    def dispose(self) -> None:
        """Stop the threads of the panes and let the panes go."""
        self.overview.stop()
        self.traces.stop()
        self.epoch.stop()
        self.explainer.stop()
        for _, panel in self.panels.values():
            panel.setParent(None)
            panel.deleteLater()
        self.setParent(None)
        self.deleteLater()
