"""The main window: makes its parts, and connects what they tell with what others do."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow

from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.gui.actions.action_set import ActionSet
from sleepscorer.gui.actions.menus import Menus
from sleepscorer.gui.actions.table import WindowState
from sleepscorer.gui.actions.toolbar import Toolbar
from sleepscorer.gui.choices import AutoScoringChoice
from sleepscorer.gui.commands import Commands
from sleepscorer.gui.dialogs.asking import WindowDialogs
from sleepscorer.gui.frame.applied_settings import AppliedSettings
from sleepscorer.gui.frame.bell import Bell
from sleepscorer.gui.frame.centre import Centre
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.frame.export_notices import ExportNotices
from sleepscorer.gui.frame.night_menus import NightMenus
from sleepscorer.gui.frame.notices import Answer, NoticeBar, NoticeKind
from sleepscorer.gui.frame.opening_notices import OpeningNotices
from sleepscorer.gui.frame.openings import Openings
from sleepscorer.gui.frame.page_output import PageOutput
from sleepscorer.gui.frame.panel_dock import PanelDock
from sleepscorer.gui.frame.scoring_import import ScoringImport
from sleepscorer.gui.frame.session_status import SessionStatus
from sleepscorer.gui.frame.skeleton import Skeleton
from sleepscorer.gui.frame.start_page import StartPage
from sleepscorer.gui.frame.status_line import StatusLine
from sleepscorer.gui.frame.workspace import Workspace
from sleepscorer.gui.help.help_pane import HelpPane
from sleepscorer.gui.jobs.auto_scoring import AutoScorer
from sleepscorer.gui.jobs.device import DeviceLookup
from sleepscorer.gui.jobs.exporting import Exporter
from sleepscorer.gui.jobs.montage_presets import Presets
from sleepscorer.gui.jobs.opening import OpenedRecording
from sleepscorer.gui.keys import Keys, keys_of
from sleepscorer.gui.look.theme import Theme, theme_named
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.gui.view_state import layout_of, layout_text
from sleepscorer.pipeline import Answers, Destination
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
        self._bell = Bell(self.notices)
        self.status.addPermanentWidget(self._bell)
        self.auto_scorer = AutoScorer(self.tasks, self)
        self.exporter = Exporter(self.tasks, self)
        self._export_notices = ExportNotices(self.exporter, self.notices, self.tasks, self)
        self._device_lookup = DeviceLookup(self.tasks, settings, self)
        self._session_status = SessionStatus(self.status)
        self.dialogs = WindowDialogs(self.current, settings, self.tasks, self.presets, self)
        self.scorings = ScoringImport(self.current, settings, self.tasks, self.notices, self)
        self.opening_notices = OpeningNotices(
            self.current, settings, self.tasks, self.notices, self.scorings, self
        )
        self._start_page = StartPage(settings, self.tasks)
        self._page_output = PageOutput(self.current, settings, self)
        self._centre = Centre(self.notices, self._start_page, Skeleton(settings))
        self._openings = Openings(
            self.current, settings, self.tasks, self.exporter, self._centre, self
        )
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
            page_output=self._page_output,
            parent=self,
        )
        self._lay_out()
        self._applied = AppliedSettings(settings, self.current, self.actions_of, self._help, self)
        self._applied.kinds_changed.connect(self._menus.show_own_kinds)
        self._menus.show_own_kinds()
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
        self._openings.open((path,))

    def await_path(self, path: Path) -> None:
        """Begin with the place of a recording, which is opened as soon as the window is seen."""
        self._centre.await_panes(path.name, at_once=True)

    @Slot()
    def close_recording(self) -> None:
        """Close the recording, once an export has ended; every edit is stored already."""
        self._openings.cancel()
        if not self.exporter.postpone("the recording closes", self.close_recording):
            self.dialogs.close_all()
            self.current.close()

    @Slot()
    def _on_replacing(self) -> None:
        """What asks about the one that was open goes with it."""
        self.dialogs.close_all()
        self.notices.clear()

    @Slot(object)
    def _on_opened(self, opened: OpenedRecording) -> None:
        now = self.current.now
        if now is None:
            return
        self.notices.clear()
        self._connect_panes(now.panes)
        self._session_status.follow(now.document, now.model)
        self._menus.follow(now.document.scorings)
        self._centre.show_panes(now.panes)
        now.panes.fill_tabs(self.dock.tabs)
        self.dock.show()
        self._help.give_way()
        if not self.settings.now.window_layout:
            self.resizeDocks([self.dock], [_DOCK_PX], Qt.Orientation.Horizontal)
        document = now.document
        same_night = (document.recording.path, document.session_path)
        self.settings.add_recent_file(opened.recent_path, same_night=same_night)
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
        self._menus.follow(None)
        self.notices.clear()
        if not self.current.is_arriving:
            self.dock.tabs.clear()
            self._centre.show_start_page()
            self.dock.hide()
        self._show_state()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - a name of Qt
        """Stop what runs, keep what must be kept; an export is waited for."""
        if not self.dialogs.keep_typed():
            event.ignore()
            return
        self._openings.cancel()
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
        self._openings.replacing.connect(self._on_replacing)
        self._openings.failed.connect(self.tell)
        self._openings.scorings_found.connect(self.scorings.offer)
        self._openings.folder_found.connect(self.dialogs.list_folder)
        self._openings.open_already.connect(self._show_open)
        self.presets.changed.connect(self._on_presets_changed)
        self.presets.said.connect(self.status.say)
        self.presets.refused.connect(self.status.refuse)
        self.presets.failed.connect(self.tell)
        self.auto_scorer.state_changed.connect(self._show_state)
        self.auto_scorer.failed.connect(self.tell)
        self.auto_scorer.scored.connect(self.status.say)
        self.auto_scorer.answered.connect(self._on_answered)
        self._device_lookup.found.connect(self.status.show_device)
        self.settings.not_saved.connect(self._on_settings_not_saved)

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
        self.dialogs.scoring_chosen.connect(self.scorings.import_scoring)
        self.dialogs.layer_chosen.connect(self.scorings.import_as_layer)
        self.dialogs.scoring_seen.connect(self.scorings.take)
        self.scorings.read.connect(self.dialogs.show_scoring)
        self.dialogs.channels_chosen.connect(self.current.set_channels)
        self.dialogs.auto_scoring_chosen.connect(self._on_auto_scoring_chosen)
        self.dialogs.export_chosen.connect(self._on_export_chosen)
        self.dialogs.copy_chosen.connect(self.exporter.start_copy)
        self.dialogs.annotated_chosen.connect(self.exporter.start_annotated)
        self.dialogs.failed.connect(self.tell)
        self.dialogs.validation_told.connect(self._on_validation_told)
        self.dialogs.printer_chosen.connect(self._page_output.print_on)
        self._page_output.said.connect(self.status.say)
        self._page_output.refused.connect(self.status.refuse)
        self._page_output.failed.connect(self.tell)
        self.dialogs.exchange.said.connect(self.status.say)
        self.dialogs.exchange.failed.connect(self.tell)
        self.opening_notices.channels_asked.connect(self.dialogs.choose_channels)
        self.opening_notices.scoring_asked.connect(self.dialogs.score_at_once)
        self.opening_notices.paths_chosen.connect(self._openings.open)
        self.scorings.paths_chosen.connect(self._openings.open)
        self.scorings.recording_chosen.connect(self._openings.open_as_recording)
        self.scorings.said.connect(self.status.say)
        self._start_page.open_asked.connect(self.dialogs.choose_recording)
        self._start_page.help_asked.connect(self.show_help)
        self._start_page.recording_chosen.connect(self.open_path)
        self._start_page.failed.connect(self.tell)
        self._menus.recent_chosen.connect(self.open_path)
        self._menus.scoring_chosen.connect(self._commands.scorers.show)
        self._help.left.connect(self.focus_traces)
        self._bell.asked_in_vain.connect(self.actions_of["view.notices"].trigger)
        self.notices.left.connect(self.focus_traces)
        self.dialogs.left.connect(self.focus_traces)

    def _connect_panes(self, panes: Workspace) -> None:
        model = panes.model
        model.scoring_changed.connect(self._show_state)
        model.scorings_changed.connect(self._show_state)
        model.refused.connect(self.status.refuse)
        model.refused_signed.connect(self._commands.tell_signed)
        model.page_changed.connect(self.status.hush)
        model.epoch_selected.connect(self.status.hush)
        model.epoch_selected.connect(self._show_stage)
        panes.traces.message.connect(self.status.say)
        panes.overview.strips_chosen.connect(self._applied.choose_strips)
        panes.overview.painting_changed.connect(self.actions_of["score.paint"].setChecked)
        panes.events.tool_chosen.connect(self.actions_of.show_tool)
        panes.events.message.connect(self.status.say)
        self.night_menus = NightMenus(panes, self.actions_of, self)
        panes.events.adoption_asked.connect(self.actions_of["event.adopt"].trigger)
        panes.statistics.message.connect(self.status.say)
        panes.statistics.open_groups_changed.connect(self._keep_open_statistics)
        panes.explainer.shown_changed.connect(self.actions_of["view.explanation"].setChecked)
        if self.current.now is not None:
            self.current.now.keeping.warned.connect(self.tell)

    @Slot(str)
    def tell(self, sentence: str) -> None:
        """Show what went wrong until the person puts it away or opens another recording."""
        self.notices.add(sentence, kind=NoticeKind.ERROR)

    @Slot(str)
    def _on_settings_not_saved(self, sentence: str) -> None:
        self.notices.add(sentence, kind=NoticeKind.ERROR, lasting=True)

    @Slot(object, object)
    def _on_auto_scoring_chosen(self, document: Document, choice: AutoScoringChoice) -> None:
        self.auto_scorer.start(document, choice)

    @Slot(object)
    def _on_answered(self, answers: Answers) -> None:
        if self.current.now is not None:
            self.current.now.panes.explainer.take_answers(answers)

    @Slot(object, object)
    def _on_export_chosen(self, document: Document, choice: Destination) -> None:
        now = self.current.now
        self.exporter.start(
            document,
            choice,
            scored=() if now is None else now.model.scored,
            smooth=self.settings.now.smooth_machine,
        )

    @Slot(str)
    def _on_validation_told(self, sentence: str) -> None:
        show = Answer("Show", self.dialogs.validate)
        self.notices.add(f"Validation on own nights: {sentence}", show, lasting=True)

    @Slot(object)
    def _keep_open_statistics(self, names: tuple[str, ...]) -> None:
        self.settings.set(open_statistics=names)

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
    def _show_open(self) -> None:
        self.raise_()
        self.focus_traces()
        self.status.say("This night is open already")

    @Slot()
    def focus_traces(self) -> None:
        """Put the focus on the traces, or on the start page."""
        self.activateWindow()
        self._centre.take_focus()

    @Slot()
    def show_help(self) -> None:
        """Show the manual with the focus in it, or put it away if it has the focus."""
        self._help.open(gives_way=self.current.now is None)

    def _lay_out(self) -> None:
        screen = self.screen().availableGeometry()
        self.resize(min(_FIRST_SIZE[0], screen.width()), min(_FIRST_SIZE[1], screen.height()))
        self.setAcceptDrops(True)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks)
        self.setCentralWidget(self._centre)
        self.addToolBar(Toolbar(self.actions_of, self.settings, self))
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
        self._show_stage()

    @Slot()
    def _show_stage(self) -> None:
        now = self.current.now
        self.actions_of.show_stage(None if now is None else now.model.stage)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - a name of Qt
        """Take files and folders."""
        _take_copies(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802 - a name of Qt
        """Take them wherever they are dropped."""
        _take_copies(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - a name of Qt
        """Open the recording among them."""
        paths = _take_copies(event)
        if paths:
            self._openings.open(paths)


def _take_copies(event: QDropEvent) -> tuple[Path, ...]:
    """Return the files that are dragged, if any.

    Whatever key is held, they are copied: of what was moved the source may delete its own.
    """
    urls = event.mimeData().urls()
    paths = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    if paths:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
    return paths
