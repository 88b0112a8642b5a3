"""The main window: menus, toolbar, panes of the open recording, status line."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.core.stages import Stage
from sleepscorer.gui.actions.action_set import ActionSet
from sleepscorer.gui.actions.menus import Menus
from sleepscorer.gui.actions.table import WindowState
from sleepscorer.gui.commands import Commands
from sleepscorer.gui.dialogs.asking import WindowDialogs
from sleepscorer.gui.frame.machine_view import MachineView
from sleepscorer.gui.frame.notices import Answer, NoticeBar
from sleepscorer.gui.frame.opening_notices import OpeningNotices
from sleepscorer.gui.frame.panel_dock import PanelDock
from sleepscorer.gui.frame.session_status import SessionStatus
from sleepscorer.gui.frame.start_page import StartPage
from sleepscorer.gui.frame.status_line import StatusLine
from sleepscorer.gui.frame.workspace import Workspace
from sleepscorer.gui.help.help_pane import HelpPane
from sleepscorer.gui.jobs.auto_scoring import AutoScorer
from sleepscorer.gui.jobs.device import DeviceStatus
from sleepscorer.gui.jobs.exporting import Exporter
from sleepscorer.gui.jobs.keeping import OpenDocument
from sleepscorer.gui.jobs.montage_presets import Presets
from sleepscorer.gui.jobs.opening import OpenedRecording, Opener
from sleepscorer.gui.keys import Keys, key_map
from sleepscorer.gui.look.appearance import apply_theme, show_keys
from sleepscorer.gui.look.screen_fit import px_per_mm
from sleepscorer.gui.look.theme import THEMES, Theme
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.gui.view_state import layout_of, layout_text, show_view
from sleepscorer.session_documents import Document

_FIRST_SIZE = (1600, 950)
# Wide enough for the columns of the panels.
_DOCK_PX = 360


class MainWindow(QMainWindow):
    """One recording at a time, or the start page.

    Parameters
    ----------
    settings
        The person's settings.
    """

    def __init__(self, settings: SettingsFile) -> None:
        super().__init__()
        self.settings = settings
        self.tasks = TaskRunner(self)
        self.workspace: Workspace | None = None
        self._open: OpenDocument | None = None
        self._arrived: tuple[OpenedRecording, Workspace] | None = None
        self.presets = Presets(self.tasks, self)
        self.notices = NoticeBar()
        self.status = StatusLine(self.tasks)
        self.auto_scorer = AutoScorer(self.tasks, self)
        self.exporter = Exporter(self.tasks, self)
        self.dialogs = WindowDialogs(self)
        self._opener = Opener(self.tasks, self)
        self.opening_notices = OpeningNotices(self)
        self._start_page = StartPage()
        self._stack = QStackedWidget()
        self._help = HelpPane()
        self.actions_of = ActionSet(self, Commands(self))
        self.dock = PanelDock(self.actions_of["view.float"])
        self.machine_view = MachineView(self)
        self._menus = Menus(self, self.actions_of)
        self._session_status = SessionStatus(self.status)
        self._device_status = DeviceStatus(self.status, self.tasks, self.settings)
        self._lay_out()
        self._connect()
        self._apply_keys()
        self._show_state()

    # -- what others ask ------------------------------------------------------------------------

    @property
    def document(self) -> Document | None:
        """The open document."""
        return None if self._open is None else self._open.document

    @property
    def channels(self) -> ChannelChoice:
        """What the open recording is staged by."""
        return ChannelChoice() if self._open is None else self._open.channels

    @property
    def theme(self) -> Theme:
        """The colours."""
        return THEMES.get(self.settings.now.theme, THEMES["light"])

    @property
    def keys(self) -> Mapping[str, Keys]:
        """The keys of each action."""
        return key_map(self.settings.now.key_profile, self.settings.now.own_keys)

    @property
    def rows_mm(self) -> float:
        """Height of all rows of the traces together on the screen."""
        if self.workspace is None:
            return 1.0
        return self.workspace.traces.canvas.grid.all_px / self._px_per_mm()

    def set_channels(self, channels: ChannelChoice) -> None:
        """Stage the open recording by these channels from now on."""
        if self._open is not None:
            self._open.set_channels(channels)

    @Slot(str)
    def tell(self, sentence: str) -> None:
        """Show a sentence until the person puts it away."""
        self.notices.add(sentence)

    @Slot(str, str, bool)
    def _on_export_told(self, _key: str, sentence: str, passing: bool) -> None:
        self.notices.add(sentence, passing=passing)

    @Slot(str, str)
    def _on_export_awaited(self, _key: str, sentence: str) -> None:
        self.notices.add(sentence, Answer("Cancel the export", self.exporter.cancel))

    # -- opening and closing --------------------------------------------------------------------

    def open_path(self, path: Path) -> None:
        """Open a recording or a session file in place of what is open, or list a folder."""
        self._opener.look_at(path)

    @Slot(object)
    def _open_file(self, path: Path) -> None:
        if self._open is not None and self._open.is_at(path):
            self.raise_()
            self.activateWindow()
        elif not self.exporter.postpone(f"{path.name} opens", partial(self._open_file, path)):
            self.close_recording()
            self._opener.open(path, self.settings.now)

    def close_recording(self) -> None:
        """Close the recording, once an export has ended; every edit is stored already."""
        if not self.exporter.postpone("the recording closes", self.close_recording):
            self._opener.cancel()
            self._put_away()

    def _put_away(self) -> None:
        self.dialogs.close_all()
        if self._arrived is not None:
            (opened, panes), self._arrived = self._arrived, None
            opened.document.close()
            panes.dispose()
        if self.workspace is None or self._open is None:
            return
        self.auto_scorer.cancel()
        self.presets.forget()
        self.tasks.stop_all()
        self._open.close()
        self._open.deleteLater()
        self._open = None
        self._session_status.forget()
        self.dock.tabs.clear()
        self._stack.setCurrentWidget(self._start_page)
        self.workspace.dispose()
        self.workspace = None
        self.notices.clear()
        self.dock.hide()
        self._show_state()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - a name of Qt
        """Stop what runs, keep what must be kept; an export is waited for."""
        if self.exporter.postpone("the window closes", self.close):
            event.ignore()
            return
        self.settings.set(
            window_geometry=layout_text(self.saveGeometry()),
            window_layout=layout_text(self.saveState()),
        )
        self.close_recording()
        self._device_status.stop()
        self.tasks.stop_all()
        super().closeEvent(event)

    @Slot(object)
    def _on_opened(self, opened: OpenedRecording) -> None:
        """Make the panes; showing them takes as long again, and is left to the next turn."""
        self._put_away()
        document = opened.document
        model = SessionModel(document.recording, document.session, opened.montage)
        show_view(model, document.view, page_s=self.settings.now.page_length_s)
        panes = Workspace(model, self.theme, self.tasks)
        model.setParent(panes)
        self._arrived = opened, panes
        QTimer.singleShot(0, self._show_arrived)

    @Slot()
    def _show_arrived(self) -> None:
        if self._arrived is None:
            return
        (opened, self.workspace), self._arrived = self._arrived, None
        model, channels = self.workspace.model, opened.channels
        self._open = OpenDocument(
            opened.document, model, self.tasks, channels=channels, parent=self
        )
        self._connect_workspace(self.workspace)
        self._stack.addWidget(self.workspace)
        self._stack.setCurrentWidget(self.workspace)
        self.workspace.fill_tabs(self.dock.tabs)
        show_keys(self, self.keys)
        self._show_dock()
        self.settings.add_recent_file(opened.recent_path)
        self._apply_scale()
        self.machine_view.show()
        self.presets.follow(model, opened.presets)
        self._show_state()
        self.workspace.traces.setFocus()
        self.opening_notices.show(opened)

    def _connect_workspace(self, panes: Workspace) -> None:
        model = panes.model
        model.scoring_changed.connect(self._show_state)
        model.refused.connect(self.status.refuse)
        model.page_changed.connect(self.status.hush)
        model.epoch_selected.connect(self.status.hush)
        panes.traces.message.connect(self.status.say)
        panes.overview.painting_changed.connect(self._on_painting_changed)
        panes.events.tool_chosen.connect(self._on_tool_chosen)
        panes.events.message.connect(self.status.say)
        panes.explainer.shown_changed.connect(self.actions_of["view.explanation"].setChecked)
        if self._open is not None:
            self._open.warned.connect(self.tell)
            panes.statistics.arousals_scored_changed.connect(self._open.save_soon)
            self._session_status.follow(self._open.document, model)

    def _show_dock(self) -> None:
        self.dock.show()
        if not self.settings.now.window_layout:
            self.resizeDocks([self.dock], [_DOCK_PX], Qt.Orientation.Horizontal)

    # -- looks ----------------------------------------------------------------------------------

    def show_panel(self, name: str) -> None:
        """Show a panel and put the focus into it."""
        if self.workspace is not None:
            _, panel = self.workspace.panels[name]
            self.dock.show_panel(panel)

    @Slot()
    def focus_traces(self) -> None:
        """Put the focus on the traces, or on the start page."""
        self.activateWindow()
        self._stack.currentWidget().setFocus()

    @Slot()
    def show_help(self) -> None:
        """Show the manual with the focus in it, or put it away if it has the focus."""
        self._help.open()

    def show_tool(self, tool: str) -> None:
        """Show which tool the traces have."""
        self.actions_of.show_tool(tool)
        if self.workspace is not None:
            self.workspace.events.set_tool(tool)

    @Slot()
    def _on_presets_changed(self) -> None:
        self._menus.show_presets(self.presets.available, self.presets.shown)
        self._show_state()

    def _lay_out(self) -> None:
        screen = self.screen().availableGeometry()
        self.resize(min(_FIRST_SIZE[0], screen.width()), min(_FIRST_SIZE[1], screen.height()))
        self.setAcceptDrops(True)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addWidget(self._stack, 1)
        self._stack.addWidget(self._start_page)
        self.setCentralWidget(centre)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self._help)
        self.setStatusBar(self.status)
        now = self.settings.now
        self.restoreGeometry(layout_of(now.window_geometry))
        self.restoreState(layout_of(now.window_layout))
        self.dock.hide()
        self._help.hide()
        self._start_page.show_recent(now.recent_files)

    def _connect(self) -> None:
        self._opener.opened.connect(self._on_opened)
        self._opener.failed.connect(self.tell)
        self._opener.file_found.connect(self._open_file)
        self._opener.folder_found.connect(self.dialogs.list_folder)
        self.actions_of.begun.connect(self.status.hush)
        self.presets.changed.connect(self._on_presets_changed)
        self.presets.said.connect(self.status.say)
        self.presets.refused.connect(self.status.refuse)
        self.presets.failed.connect(self.tell)
        self.auto_scorer.state_changed.connect(self._show_state)
        self.auto_scorer.failed.connect(self.tell)
        self.auto_scorer.scored.connect(self.status.say)
        self.exporter.told.connect(self._on_export_told)
        self.exporter.waiting.connect(self._on_export_awaited)
        self.exporter.withdrawn.connect(self.notices.remove)
        self.settings.changed.connect(self._on_setting_changed)
        self.settings.not_saved.connect(self.tell)
        self._start_page.open_asked.connect(self.dialogs.choose_recording)
        self._start_page.help_asked.connect(self.show_help)
        self._help.left.connect(self.focus_traces)
        self._start_page.recording_chosen.connect(self.open_path)
        self._menus.recent_chosen.connect(self.open_path)

    def _apply_keys(self) -> None:
        self.actions_of.set_keys(self.keys)
        self._help.set_keys(self.keys)
        show_keys(self, self.keys)
        self._menus.show_recent(self.settings.now.recent_files)

    def _apply_scale(self) -> None:
        if self.workspace is not None:
            self.workspace.traces.set_px_per_mm(
                self._px_per_mm(), is_measured=self.settings.now.screen_mm_per_px > 0
            )

    def _px_per_mm(self) -> float:
        return px_per_mm(self, measured_mm_per_px=self.settings.now.screen_mm_per_px)

    @Slot()
    def _show_state(self) -> None:
        document = self.document
        n_presets = len(self.presets.available)
        state = WindowState(is_staging=self.auto_scorer.is_running, n_presets=n_presets)
        if document is not None:
            session = document.session
            state = WindowState(
                has_recording=True,
                is_writable=not session.read_only and session.n_epochs > 0,
                undo_label=session.undo_label,
                redo_label=session.redo_label,
                is_scored=bool((session.state.stages != Stage.UNSCORED).any()),
                is_staging=self.auto_scorer.is_running,
                is_held=bool(document.held_by),
                n_presets=n_presets,
            )
        self.actions_of.update_to(state)
        self._show_title()

    def _show_title(self) -> None:
        document = self.document
        name = "" if document is None else document.recording.path.name
        shown = name if self.settings.now.file_name_in_title else ""
        self.setWindowTitle(f"{shown} – sleepscorer" if shown else "sleepscorer")

    @Slot(bool)
    def _on_painting_changed(self, painting: bool) -> None:
        self.actions_of["score.paint"].setChecked(painting)

    @Slot(str)
    def _on_tool_chosen(self, tool: str) -> None:
        if self.workspace is not None:
            self.workspace.traces.set_tool(tool)
            self.actions_of.show_tool(tool)

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name == "theme":
            application = QApplication.instance()
            if isinstance(application, QApplication):
                apply_theme(application, self.theme)
            if self.workspace is not None:
                self.workspace.set_theme(self.theme)
            self.actions_of["view.dark"].setChecked(self.theme.name == "dark")
        elif name in ("key_profile", "own_keys"):
            self._apply_keys()
        elif name in ("recent_files", "keep_recent_files"):
            self._start_page.show_recent(self.settings.now.recent_files)
            self._menus.show_recent(self.settings.now.recent_files)
        elif name == "screen_mm_per_px":
            self._apply_scale()
        elif name == "file_name_in_title":
            self._show_title()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - a name of Qt
        """Take files and folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - a name of Qt
        """Open the first of them."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_path(paths[0])
