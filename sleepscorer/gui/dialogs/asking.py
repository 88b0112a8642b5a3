"""The dialogs of the window: what they are given, and who hears their answers."""

from collections.abc import Callable
from dataclasses import replace
from os.path import lexists
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QWidget

from sleepscorer.core.filling import epochs_to_fill
from sleepscorer.core.progress import Progress
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import counted, of_counted
from sleepscorer.files.exports import output_paths
from sleepscorer.files.folder import FoundRecording, recordings_in
from sleepscorer.files.recordings import RECORDING_SUFFIXES
from sleepscorer.files.sessions import SUFFIX
from sleepscorer.gui.choices import AutoScoringChoice
from sleepscorer.gui.dialogs.about import AboutDialog
from sleepscorer.gui.dialogs.auto_scoring_choice import AutoScoringDialog
from sleepscorer.gui.dialogs.channels import ChannelsDialog
from sleepscorer.gui.dialogs.export import ExportDialog
from sleepscorer.gui.dialogs.go_to import GoToDialog
from sleepscorer.gui.dialogs.key_editor import KeyEditor
from sleepscorer.gui.dialogs.key_sheet import KeySheet
from sleepscorer.gui.dialogs.montage_editor import MontageEditor
from sleepscorer.gui.dialogs.preferences import PreferencesDialog
from sleepscorer.gui.dialogs.print_page import print_dialog
from sleepscorer.gui.dialogs.settings_exchange import SettingsExchange
from sleepscorer.gui.dialogs.support_report import SupportDialog
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.jobs.montage_presets import Presets
from sleepscorer.gui.keys import keys_of
from sleepscorer.gui.look.screen_fit import fit_to_screen, px_per_mm
from sleepscorer.gui.look.theme import theme_named
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.pipeline import Destination
from sleepscorer.session_documents import Document


class WindowDialogs(QObject):
    """Opens dialogs of the window, one at a time; none of them stops the event loop.

    Parameters
    ----------
    current
        What is open.
    settings
        What was chosen before; what is chosen is kept there.
    tasks
        For what dialogs look up.
    presets
        The montages to choose from.
    parent
        The widget over which they open.

    Signals
    -------
    recording_chosen
        The Path that is to be opened.
    scoring_chosen
        The Path of a scoring that is to be imported.
    channels_chosen
        The ChannelChoice that the open recording is to be staged by from now on.
    auto_scoring_chosen
        The Document that is to be staged, and the
        :class:`~sleepscorer.gui.choices.AutoScoringChoice`.
    export_chosen
        The Document that is to be exported, and the :class:`~sleepscorer.pipeline.Destination`.
    printer_chosen
        The QPrinter that the page is to be printed on.
    failed
        A sentence that must be seen.
    left
        A dialog was closed, and no other took its place.
    """

    recording_chosen = Signal(object)
    scoring_chosen = Signal(object)
    channels_chosen = Signal(object)
    auto_scoring_chosen = Signal(object, object)
    export_chosen = Signal(object, object)
    printer_chosen = Signal(object)
    failed = Signal(str)
    left = Signal()

    def __init__(
        self,
        current: CurrentRecording,
        settings: SettingsFile,
        tasks: TaskRunner,
        presets: Presets,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._current, self._settings, self._tasks = current, settings, tasks
        self._presets, self._over = presets, parent
        self._dialog: QDialog | None = None
        self._listing = Latest(tasks, self)
        self._asked_about: Document | None = None
        self._auto_choice = AutoScoringChoice()
        self._printer: object = None
        self.exchange = SettingsExchange(settings, tasks, presets, ask=self._ask, parent=parent)
        self.exchange.left.connect(self.left)

    @property
    def dialog(self) -> QDialog | None:
        """The dialog on the screen."""
        return self._dialog

    def close_all(self) -> None:
        """Put the dialog away without an answer: what it asks about goes away."""
        if self._dialog is not None:
            self._dialog.reject()
        self._dialog = self._asked_about = None
        self._listing.drop()

    def _asked_document(self) -> Document | None:
        """The open document, if the dialog asks about this one."""
        document = self._current.document
        return document if document is self._asked_about else None

    def _ask(self, dialog: QDialog, accepted: Callable[[], None] | None = None) -> None:
        if self._dialog is not None:
            self._dialog.close()
        self._dialog = dialog
        self._asked_about = self._current.document
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if accepted is not None:
            dialog.accepted.connect(accepted)
        dialog.finished.connect(self._on_dialog_finished)
        fit_to_screen(dialog)
        # The print dialog's own has another meaning.
        QDialog.open(dialog)

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self.sender() is self._dialog:
            self._dialog = None
            self.left.emit()

    # -- opening --------------------------------------------------------------------------------

    @Slot()
    def choose_recording(self) -> None:
        """Ask for a recording or a session, and open it."""
        ends = " ".join(f"*{end}" for end in (*RECORDING_SUFFIXES, SUFFIX))
        upper = " ".join(f"*{end.upper()}" for end in RECORDING_SUFFIXES)
        name, _ = QFileDialog.getOpenFileName(
            self._over,
            "Open a recording or a session",
            str(self._last_folder()),
            f"Recordings and sessions ({ends} {upper});;All files (*)",
        )
        self.left.emit()
        if name:
            self.recording_chosen.emit(Path(name))

    def choose_scoring(self) -> None:
        """Ask for a scoring, and import it."""
        document = self._current.document
        if document is None:
            return
        recording = document.recording.path
        name, _ = QFileDialog.getOpenFileName(
            self._over, f"Import a scoring of {recording.name}", str(recording.parent)
        )
        self.left.emit()
        if name and self._current.document is document:
            self.scoring_chosen.emit(Path(name))

    def choose_folder(self) -> None:
        """Ask for a folder, and list its recordings."""
        name = QFileDialog.getExistingDirectory(
            self._over, "Open a folder of recordings", str(self._last_folder())
        )
        self.left.emit()
        if name:
            self.list_folder(Path(name))

    @Slot(object)
    def list_folder(self, folder: Path) -> None:
        """List the recordings of a folder."""

        def look(progress: Progress) -> tuple[FoundRecording, ...]:
            return recordings_in(folder, progress)

        def choose(found: tuple[FoundRecording, ...]) -> None:
            # The first page of a recording does not wait for it.
            from sleepscorer.gui.dialogs.recordings import RecordingsDialog
            from sleepscorer.gui.jobs.night_facts import NightFacts

            facts = NightFacts(self._tasks, self._settings)
            dialog = RecordingsDialog(folder, found, facts, self._over)
            self._ask(dialog, self._on_recording_chosen)

        self._listing.start("Reading the folder", look, choose, failed=self.failed.emit)

    @Slot()
    def _on_recording_chosen(self) -> None:
        from sleepscorer.gui.dialogs.recordings import RecordingsDialog

        if isinstance(self._dialog, RecordingsDialog) and self._dialog.chosen is not None:
            self.recording_chosen.emit(self._dialog.chosen)

    def _last_folder(self) -> Path:
        recent = self._settings.now.recent_files
        folder = Path(recent[0]).parent if recent else Path.home()
        return folder if folder.is_dir() else Path.home()

    # -- scoring --------------------------------------------------------------------------------

    def auto_score(self) -> None:
        """Ask what may be filled, and stage."""
        document = self._current.document
        if document is None:
            return
        choice = replace(self._preferred(self._auto_choice), over_person=False, smooth=False)
        n_by_person = int(np.count_nonzero(document.session.state.by_person))

        def count(choice: AutoScoringChoice) -> int:
            state, over_person = document.session.state, choice.over_person
            wanted = epochs_to_fill(
                state, choice.mode, chosen=choice.chosen, over_person=over_person
            )
            return int(np.count_nonzero(wanted))

        dialog = AutoScoringDialog(
            document.recording,
            choice,
            count=count,
            n_by_person=n_by_person,
            tasks=self._tasks,
            parent=self._over,
        )
        self._ask(dialog, self._on_auto_scoring_chosen)

    def _preferred(self, choice: AutoScoringChoice) -> AutoScoringChoice:
        """As chosen, but by the settings and channels in force."""
        now = self._settings.now
        return replace(
            choice,
            device=now.device,
            weights=now.weights,
            second_opinion=now.second_opinion,
            channels=self._current.channels,
        )

    @Slot()
    def _on_auto_scoring_chosen(self) -> None:
        document = self._asked_document()
        if isinstance(self._dialog, AutoScoringDialog) and document is not None:
            choice = self._auto_choice = self._dialog.choice
            self._settings.set(
                device=choice.device,
                weights=choice.weights,
                second_opinion=choice.second_opinion,
            )
            self.channels_chosen.emit(choice.channels)
            self.auto_scoring_chosen.emit(document, choice)

    @Slot(object)
    def score_at_once(self, document: Document) -> None:
        """Stage without asking; only unscored epochs are filled."""
        self.auto_scoring_chosen.emit(document, self._preferred(AutoScoringChoice()))

    @Slot()
    def choose_channels(self) -> None:
        """Ask which channels to stage by."""
        document = self._current.document
        if document is not None:
            dialog = ChannelsDialog(document.recording, self._current.channels, self._over)
            self._ask(dialog, self._on_channels_chosen)

    @Slot()
    def _on_channels_chosen(self) -> None:
        if isinstance(self._dialog, ChannelsDialog) and self._asked_document() is not None:
            self.channels_chosen.emit(self._dialog.choice)

    def go_to(self) -> None:
        """Ask for an epoch or a time."""
        now = self._current.now
        if now is not None:
            self._ask(GoToDialog(now.model, self._over))

    def edit_montage(self) -> None:
        """Edit what is shown."""
        now, settings = self._current.now, self._settings.now
        if now is None:
            return
        scale_px_per_mm = px_per_mm(self._over, measured_mm_per_px=settings.screen_mm_per_px)
        editor = MontageEditor(
            now.model,
            theme_named(settings.theme),
            tasks=self._tasks,
            rows_mm=now.panes.traces.canvas.grid.all_px / scale_px_per_mm,
            parent=self._over,
        )
        self._ask(editor)
        editor.finished.connect(self._presets.read_again)

    # -- exporting ------------------------------------------------------------------------------

    def export(self) -> None:
        """Ask what to write where, and write it."""
        document = self._current.document
        if document is None:
            return
        now = self._settings.now
        folder = Path(now.export_folder) if now.export_folder else document.recording.path.parent
        unscored = int(np.count_nonzero(document.session.state.stages == Stage.UNSCORED))
        warnings: tuple[str, ...] = ()
        if unscored:
            n_unscored = of_counted(unscored, document.session.n_epochs, "epoch")
            warnings = (f"{n_unscored} have no stage yet.",)

        def existing(choice: Destination) -> tuple[str, ...]:
            stem = document.recording.path.stem
            paths = output_paths(choice.folder, stem, choice.formats)
            return () if choice.deidentify else tuple(p.name for p in paths if lexists(p))

        dialog = ExportDialog(
            folder,
            now.export_formats,
            existing=existing,
            tasks=self._tasks,
            warnings=warnings,
            parent=self._over,
        )
        self._ask(dialog, self._on_export_chosen)

    @Slot()
    def _on_export_chosen(self) -> None:
        document = self._asked_document()
        if isinstance(self._dialog, ExportDialog) and document is not None:
            self.export_to(document, self._dialog.choice)

    def export_to(self, document: Document, choice: Destination) -> None:
        """Write the files beside the window, and remember the folder."""
        own = document.recording.path.parent
        self._settings.set(
            export_folder="" if choice.folder == own else str(choice.folder),
            export_formats=choice.formats,
        )
        self.export_chosen.emit(document, choice)

    def print_page(self) -> None:
        """Ask for a printer or a PDF, and print the page."""
        if self._current.now is not None:
            dialog, self._printer = print_dialog(self._over)
            self._ask(dialog, self._on_printer_chosen)

    @Slot()
    def _on_printer_chosen(self) -> None:
        if self._asked_document() is not None:
            self.printer_chosen.emit(self._printer)

    # -- the program ----------------------------------------------------------------------------

    def preferences(self) -> None:
        """Change settings."""
        self._ask(PreferencesDialog(self._settings, self._over))

    def edit_keys(self) -> None:
        """Change keys."""
        self._ask(KeyEditor(self._settings, self._preset_names(), self._over))

    def show_keys(self) -> None:
        """Show the sheet of keys."""
        self._ask(KeySheet(keys_of(self._settings.now), self._preset_names(), self._over))

    def _preset_names(self) -> list[str]:
        return [preset.name for preset in self._presets.available]

    def show_about(self) -> None:
        """Say what the program is."""
        self._ask(AboutDialog(self._tasks, self._over))

    def show_support_report(self) -> None:
        """Show what somebody who helps needs to know; it names no person and no file."""
        self._ask(SupportDialog(self._settings.now, self._over))

    def show_session(self) -> None:
        """Say where the session is stored and what its log holds."""
        document = self._current.document
        if document is None:
            return
        session = document.session
        where = document.session_path or "nowhere: nothing will be saved"
        last = session.edits[-1].label if session.edits else "none yet"
        box = QMessageBox(self._over)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("Session")
        box.setStandardButtons(QMessageBox.StandardButton.Close)
        box.setText(
            f"Session file: {where}\n\n{counted(len(session.edits), 'edit')} in its log,"
            f" the last one: {last}."
            "\nEvery edit is stored the moment it is made; undo adds to the log as well."
        )
        self._ask(box)
