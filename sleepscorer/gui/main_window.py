"""The main window: makes its parts, and connects what they tell with what others do."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow

from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.gui.actions.action_set import ActionSet
from sleepscorer.gui.actions.menus import Menus
from sleepscorer.gui.actions.table import WindowState
from sleepscorer.gui.choices import AutoScoringChoice
from sleepscorer.gui.commands import Commands
from sleepscorer.gui.dialogs.asking import WindowDialogs
from sleepscorer.gui.frame.applied_settings import AppliedSettings
from sleepscorer.gui.frame.centre import Centre
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.frame.notices import Answer, NoticeBar
from sleepscorer.gui.frame.opening_notices import OpeningNotices
from sleepscorer.gui.frame.panel_dock import PanelDock
from sleepscorer.gui.frame.session_status import SessionStatus
from sleepscorer.gui.frame.start_page import StartPage
from sleepscorer.gui.frame.status_line import StatusLine
from sleepscorer.gui.frame.workspace import Workspace
from sleepscorer.gui.help.help_pane import HelpPane
from sleepscorer.gui.jobs.auto_scoring import AutoScorer
from sleepscorer.gui.jobs.device import DeviceLookup
from sleepscorer.gui.jobs.exporting import Exporter
from sleepscorer.gui.jobs.montage_presets import Presets
from sleepscorer.gui.jobs.opening import OpenedRecording, Opener
from sleepscorer.gui.keys import Keys, keys_of
from sleepscorer.gui.look.theme import Theme, theme_named
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.gui.view_state import layout_of, layout_text
from sleepscorer.pipeline import Destination
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
        self.current = CurrentRecording(settings, self.tasks, self)
        self.presets = Presets(self.tasks, self)
        self.notices = NoticeBar()
        self.status = StatusLine(self.tasks)
        self.auto_scorer = AutoScorer(self.tasks, self)
        self.exporter = Exporter(self.tasks, self)
        self._opener = Opener(self.tasks, self)
        self._device_lookup = DeviceLookup(self.tasks, settings, self)
        self._session_status = SessionStatus(self.status)
        self.dialogs = WindowDialogs(self.current, settings, self.tasks, self.presets, self)
        self.opening_notices = OpeningNotices(
            self.current, settings, self.tasks, self.notices, self
        )
        self._start_page = StartPage(settings)
        self._centre = Centre(self.notices, self._start_page)
        self._help = HelpPane()
        self.dock = PanelDock()
        self.actions_of = ActionSet(self)
        self._menus = Menus(self, self.actions_of, settings)
        self._commands = Commands(
            self.current,
            settings,
            status=self.status,
            notices=self.notices,
            dialogs=self.dialogs,
            auto_scorer=self.auto_scorer,
            presets=self.presets,
            parent=self,
        )
        self._lay_out()
        self._applied = AppliedSettings(settings, self.current, self.actions_of, self._help, self)
        self._connect_jobs()
        self._connect_actions()
        self._connect_answers()
        self._show_state()

    # -- what is open ---------------------------------------------------------------------------

    @property
    def document(self) -> Document | None:
        """The open document."""
        return self.current.document

    @property
    def workspace(self) -> Workspace | None:
        """The panes of the open recording."""
        return None if self.current.now is None else self.current.now.panes

    @property
    def channels(self) -> ChannelChoice:
        """What the open recording is staged by."""
        return self.current.channels

    @property
    def theme(self) -> Theme:
        """The colours."""
        return theme_named(self.settings.now.theme)

    @property
    def keys(self) -> Mapping[str, Keys]:
        """The keys of each action."""
        return keys_of(self.settings.now)

    @Slot(object)
    def open_path(self, path: Path) -> None:
        """Open a recording or a session file in place of what is open, or list a folder."""
        self._opener.look_at(path)

    @Slot(object)
    def _open_file(self, path: Path) -> None:
        now = self.current.now
        if now is not None and now.keeping.is_at(path):
            self.raise_()
            self.activateWindow()
        elif not self.exporter.postpone(f"{path.name} opens", partial(self._open_file, path)):
            self.close_recording()
            self._opener.open(path, self.settings.now)

    @Slot()
    def close_recording(self) -> None:
        """Close the recording, once an export has ended; every edit is stored already."""
        if not self.exporter.postpone("the recording closes", self.close_recording):
            self._opener.cancel()
            self.dialogs.close_all()
            self.current.close()

    @Slot(object)
    def _on_arrived(self, opened: OpenedRecording) -> None:
        self.dialogs.close_all()
        self.current.show(opened)

    @Slot(object)
    def _on_opened(self, opened: OpenedRecording) -> None:
        now = self.current.now
        if now is None:
            return
        self._connect_panes(now.panes)
        self._session_status.follow(now.document, now.model)
        self._centre.show_panes(now.panes)
        now.panes.fill_tabs(self.dock.tabs)
        self.dock.show()
        if not self.settings.now.window_layout:
            self.resizeDocks([self.dock], [_DOCK_PX], Qt.Orientation.Horizontal)
        self.settings.add_recent_file(opened.recent_path)
        self._applied.apply_to_opened()
        self.presets.follow(now.model, opened.presets)
        self._show_state()
        now.panes.traces.setFocus()
        self.opening_notices.show(opened)

    @Slot()
    def _on_closed(self) -> None:
        self.presets.forget()
        self.actions_of.end_tools()
        self._session_status.forget()
        self.dock.tabs.clear()
        self._centre.show_start_page()
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
        self._device_lookup.stop()
        self.tasks.stop_all()
        super().closeEvent(event)

    # -- what leads to what ---------------------------------------------------------------------

    def _connect_jobs(self) -> None:
        self.current.opened.connect(self._on_opened)
        self.current.closed.connect(self._on_closed)
        self._opener.opened.connect(self._on_arrived)
        self._opener.failed.connect(self.tell)
        self._opener.file_found.connect(self._open_file)
        self._opener.folder_found.connect(self.dialogs.list_folder)
        self.presets.changed.connect(self._on_presets_changed)
        self.presets.said.connect(self.status.say)
        self.presets.refused.connect(self.status.refuse)
        self.presets.failed.connect(self.tell)
        self.auto_scorer.state_changed.connect(self._show_state)
        self.auto_scorer.failed.connect(self.tell)
        self.auto_scorer.scored.connect(self.status.say)
        self._device_lookup.found.connect(self.status.show_device)
        self.exporter.told.connect(self._on_export_told)
        self.exporter.waiting.connect(self._on_export_awaited)
        self.exporter.withdrawn.connect(self.notices.remove)
        self.settings.not_saved.connect(self.tell)

    def _connect_actions(self) -> None:
        does = self._commands
        self.actions_of.begun.connect(self.status.hush)
        self.actions_of.triggered.connect(does.run)
        does.tool_changed.connect(self.actions_of.show_tool)
        does.switched_off.connect(self.actions_of.switch_off)
        does.traces_asked.connect(self.focus_traces)
        does.help_asked.connect(self.show_help)
        does.panel_asked.connect(self.show_panel)
        does.floating_asked.connect(self.dock.show_floating)
        does.machine_view_asked.connect(self._applied.show_machine)
        does.closing_asked.connect(self.close_recording)
        does.quitting_asked.connect(self.close)

    def _connect_answers(self) -> None:
        self.dialogs.recording_chosen.connect(self.open_path)
        self.dialogs.channels_chosen.connect(self.current.set_channels)
        self.dialogs.auto_scoring_chosen.connect(self._on_auto_scoring_chosen)
        self.dialogs.export_chosen.connect(self._on_export_chosen)
        self.dialogs.failed.connect(self.tell)
        self.opening_notices.channels_asked.connect(self.dialogs.choose_channels)
        self.opening_notices.scoring_asked.connect(self.dialogs.score_at_once)
        self.opening_notices.path_chosen.connect(self.open_path)
        self.opening_notices.closing_asked.connect(self.close_recording)
        self._start_page.open_asked.connect(self.dialogs.choose_recording)
        self._start_page.help_asked.connect(self.show_help)
        self._start_page.recording_chosen.connect(self.open_path)
        self._menus.recent_chosen.connect(self.open_path)
        self._help.left.connect(self.focus_traces)

    def _connect_panes(self, panes: Workspace) -> None:
        model = panes.model
        model.scoring_changed.connect(self._show_state)
        model.refused.connect(self.status.refuse)
        model.page_changed.connect(self.status.hush)
        model.epoch_selected.connect(self.status.hush)
        panes.traces.message.connect(self.status.say)
        panes.overview.strips_chosen.connect(self._applied.choose_strips)
        panes.overview.painting_changed.connect(self.actions_of["score.paint"].setChecked)
        panes.events.tool_chosen.connect(self.actions_of.show_tool)
        panes.events.message.connect(self.status.say)
        panes.explainer.shown_changed.connect(self.actions_of["view.explanation"].setChecked)
        if self.current.now is not None:
            self.current.now.keeping.warned.connect(self.tell)

    @Slot(str)
    def tell(self, sentence: str) -> None:
        """Show a sentence until the person puts it away."""
        self.notices.add(sentence)

    @Slot(str, str, bool)
    def _on_export_told(self, key: str, sentence: str, passing: bool) -> None:
        self.notices.add(sentence, key=key, passing=passing)

    @Slot(str, str)
    def _on_export_awaited(self, key: str, sentence: str) -> None:
        self.notices.add(sentence, Answer("Cancel the export", self.exporter.cancel), key=key)

    @Slot(object, object)
    def _on_auto_scoring_chosen(self, document: Document, choice: AutoScoringChoice) -> None:
        self.auto_scorer.start(document, choice)

    @Slot(object, object)
    def _on_export_chosen(self, document: Document, choice: Destination) -> None:
        now = self.current.now
        self.exporter.start(
            document,
            choice,
            arousals_scored=now is not None and now.model.arousals_scored,
            smooth=self.settings.now.smooth_machine,
        )

    @Slot()
    def _on_presets_changed(self) -> None:
        self._menus.show_presets(self.presets.available, self.presets.shown)
        self._show_state()

    # -- looks ----------------------------------------------------------------------------------

    @Slot(str)
    def show_panel(self, name: str) -> None:
        """Show a panel and put the focus into it."""
        if self.current.now is not None:
            _, panel = self.current.now.panes.panels[name]
            self.dock.show_panel(panel)

    @Slot()
    def focus_traces(self) -> None:
        """Put the focus on the traces, or on the start page."""
        self.activateWindow()
        self._centre.take_focus()

    @Slot()
    def show_help(self) -> None:
        """Show the manual with the focus in it, or put it away if it has the focus."""
        self._help.open()

    def _lay_out(self) -> None:
        screen = self.screen().availableGeometry()
        self.resize(min(_FIRST_SIZE[0], screen.width()), min(_FIRST_SIZE[1], screen.height()))
        self.setAcceptDrops(True)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks)
        self.setCentralWidget(self._centre)
        # It may float from the start.
        self.dock.topLevelChanged.connect(self.actions_of["view.float"].setChecked)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self._help)
        self.setStatusBar(self.status)
        now = self.settings.now
        self.restoreGeometry(layout_of(now.window_geometry))
        self.restoreState(layout_of(now.window_layout))
        self.dock.hide()
        self._help.hide()

    @Slot()
    def _show_state(self) -> None:
        state = WindowState.of(
            self.document,
            is_staging=self.auto_scorer.is_running,
            n_presets=len(self.presets.available),
        )
        self.actions_of.update_to(state)

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
