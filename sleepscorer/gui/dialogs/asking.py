"""The dialogs of the window: what they are given, and what their answers do."""

from collections.abc import Callable
from dataclasses import replace
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox

from sleepscorer.core.filling import FillMode, epochs_to_fill
from sleepscorer.core.progress import Progress
from sleepscorer.core.stages import Stage
from sleepscorer.files.exports.formats import output_paths
from sleepscorer.files.folder import RECORDING_SUFFIXES, FoundRecording, recordings_in
from sleepscorer.files.sessions.file import SUFFIX
from sleepscorer.gui.choices import AutoScoringChoice, ExportChoice
from sleepscorer.gui.dialogs.about import AboutDialog
from sleepscorer.gui.dialogs.auto_scoring_choice import AutoScoringDialog
from sleepscorer.gui.dialogs.channels import ChannelsDialog
from sleepscorer.gui.dialogs.export import ExportDialog
from sleepscorer.gui.dialogs.go_to import GoToDialog
from sleepscorer.gui.dialogs.key_editor import KeyEditor
from sleepscorer.gui.dialogs.key_sheet import KeySheet
from sleepscorer.gui.dialogs.montage_editor import MontageEditor
from sleepscorer.gui.dialogs.preferences import PreferencesDialog
from sleepscorer.gui.dialogs.recordings import RecordingsDialog
from sleepscorer.gui.look.screen_fit import fit_to_screen
from sleepscorer.gui.process.tasks import Task
from sleepscorer.session_documents import Document

if TYPE_CHECKING:
    from sleepscorer.gui.main_window import MainWindow


class WindowDialogs(QObject):
    """Opens dialogs of the window, one at a time; none of them stops the event loop.

    Parameters
    ----------
    window
        Whose dialogs they are.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._dialog: QDialog | None = None
        self._folder = Path()
        self._listing: Task | None = None
        self._asked_about: Document | None = None
        self._auto_choice = AutoScoringChoice()

    @property
    def dialog(self) -> QDialog | None:
        """The dialog on the screen."""
        return self._dialog

    def close_all(self) -> None:
        """Put the dialog away without an answer: what it asks about goes away."""
        if self._dialog is not None:
            self._dialog.reject()
        self._dialog = self._asked_about = self._listing = None

    def _asked_document(self) -> Document | None:
        """The open document, if the dialog asks about this one."""
        document = self._window.document
        return document if document is self._asked_about else None

    def _ask(self, dialog: QDialog, accepted: Callable[[], None] | None = None) -> None:
        if self._dialog is not None:
            self._dialog.close()
        self._dialog = dialog
        self._asked_about = self._window.document
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if accepted is not None:
            dialog.accepted.connect(accepted)
        dialog.finished.connect(self._on_dialog_finished)
        fit_to_screen(dialog)
        dialog.open()

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self.sender() is self._dialog:
            self._dialog = None
            # Without a window manager nobody else gives the keys back to the window.
            self._window.activateWindow()

    # -- opening --------------------------------------------------------------------------------

    def choose_recording(self) -> None:
        """Ask for a recording or a session, and open it."""
        ends = " ".join(f"*{end}" for end in (*RECORDING_SUFFIXES, SUFFIX))
        upper = " ".join(f"*{end.upper()}" for end in RECORDING_SUFFIXES)
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            "Open a recording or a session",
            str(self._last_folder()),
            f"Recordings and sessions ({ends} {upper});;All files (*)",
        )
        if name:
            self._window.open_path(Path(name))

    def choose_folder(self) -> None:
        """Ask for a folder, and list its recordings."""
        name = QFileDialog.getExistingDirectory(
            self._window, "Open a folder of recordings", str(self._last_folder())
        )
        if name:
            self.list_folder(Path(name))

    @Slot(object)
    def list_folder(self, folder: Path) -> None:
        """List the recordings of a folder."""

        def look(progress: Progress) -> tuple[FoundRecording, ...]:
            return recordings_in(folder, progress)

        self._folder = folder
        self._listing = self._window.tasks.start("Reading the folder", look)
        self._listing.finished.connect(self._on_folder_read)
        self._listing.failed.connect(self._window.tell)

    @Slot(object)
    def _on_folder_read(self, found: tuple[FoundRecording, ...]) -> None:
        if self.sender() is self._listing:
            self._listing = None
            self._ask(
                RecordingsDialog(self._folder, found, self._window), self._on_recording_chosen
            )

    @Slot()
    def _on_recording_chosen(self) -> None:
        if isinstance(self._dialog, RecordingsDialog) and self._dialog.chosen is not None:
            self._window.open_path(self._dialog.chosen)

    def _last_folder(self) -> Path:
        recent = self._window.settings.now.recent_files
        folder = Path(recent[0]).parent if recent else Path.home()
        return folder if folder.is_dir() else Path.home()

    # -- scoring --------------------------------------------------------------------------------

    def auto_score(self) -> None:
        """Ask what may be filled, and stage."""
        document = self._window.document
        if document is None:
            return
        choice = replace(
            self._auto_choice,
            device=self._window.settings.now.device,
            weights=self._window.settings.now.weights,
            second_opinion=self._window.settings.now.second_opinion,
            channels=self._window.channels,
            over_person=False,
            smooth=False,
        )
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
            tasks=self._window.tasks,
            parent=self._window,
        )
        self._ask(dialog, self._on_auto_scoring_chosen)

    @Slot()
    def _on_auto_scoring_chosen(self) -> None:
        document = self._asked_document()
        if isinstance(self._dialog, AutoScoringDialog) and document is not None:
            self._auto_choice = self._dialog.choice
            self._window.settings.set(
                device=self._auto_choice.device,
                weights=self._auto_choice.weights,
                second_opinion=self._auto_choice.second_opinion,
            )
            self._window.set_channels(self._auto_choice.channels)
            self._window.auto_scorer.start(document, self._auto_choice)

    def score_at_once(self, document: Document) -> None:
        """Stage without asking; only unscored epochs are filled."""
        choice = AutoScoringChoice(
            FillMode.UNSCORED,
            device=self._window.settings.now.device,
            weights=self._window.settings.now.weights,
            second_opinion=self._window.settings.now.second_opinion,
            channels=self._window.channels,
        )
        self._window.auto_scorer.start(document, choice)

    def choose_channels(self) -> None:
        """Ask which channels to stage by."""
        document = self._window.document
        if document is not None:
            dialog = ChannelsDialog(document.recording, self._window.channels, self._window)
            self._ask(dialog, self._on_channels_chosen)

    @Slot()
    def _on_channels_chosen(self) -> None:
        if isinstance(self._dialog, ChannelsDialog) and self._asked_document() is not None:
            self._window.set_channels(self._dialog.choice)

    def go_to(self) -> None:
        """Ask for an epoch or a time."""
        panes = self._window.workspace
        if panes is not None:
            self._ask(GoToDialog(panes.model, self._window))

    def edit_montage(self) -> None:
        """Edit what is shown."""
        panes = self._window.workspace
        if panes is not None:
            editor = MontageEditor(
                panes.model,
                self._window.theme,
                tasks=self._window.tasks,
                rows_mm=self._window.rows_mm,
                parent=self._window,
            )
            self._ask(editor)
            editor.finished.connect(self._window.presets.read_again)

    # -- exporting ------------------------------------------------------------------------------

    def export(self) -> None:
        """Ask what to write where, and write it."""
        document = self._window.document
        if document is None:
            return
        now = self._window.settings.now
        folder = Path(now.export_folder) if now.export_folder else document.recording.path.parent
        unscored = int(np.count_nonzero(document.session.state.stages == Stage.UNSCORED))
        warnings: tuple[str, ...] = ()
        if unscored:
            warnings = (f"{unscored} of {document.session.n_epochs} epochs have no stage yet.",)

        def existing(choice: ExportChoice) -> tuple[str, ...]:
            stem = document.recording.path.stem
            paths = output_paths(choice.folder, stem, choice.formats)
            return () if choice.deidentify else tuple(p.name for p in paths if lexists(p))

        dialog = ExportDialog(
            folder,
            now.export_formats,
            existing=existing,
            tasks=self._window.tasks,
            warnings=warnings,
            parent=self._window,
        )
        self._ask(dialog, self._on_export_chosen)

    @Slot()
    def _on_export_chosen(self) -> None:
        document = self._asked_document()
        if isinstance(self._dialog, ExportDialog) and document is not None:
            self.export_to(document, self._dialog.choice)

    def export_to(self, document: Document, choice: ExportChoice) -> None:
        """Write the files beside the window, and remember the folder."""
        own = document.recording.path.parent
        self._window.settings.set(
            export_folder="" if choice.folder == own else str(choice.folder),
            export_formats=choice.formats,
        )

        panes = self._window.workspace
        scored = panes is not None and panes.statistics.arousals_scored
        smooth = self._window.settings.now.smooth_machine
        self._window.exporter.start(document, choice, arousals_scored=scored, smooth=smooth)

    # -- the program ----------------------------------------------------------------------------

    def preferences(self) -> None:
        """Change settings."""
        self._ask(PreferencesDialog(self._window.settings, self._window))

    def edit_keys(self) -> None:
        """Change keys."""
        presets = [preset.name for preset in self._window.presets.available]
        self._ask(KeyEditor(self._window.settings, presets, self._window))

    def show_keys(self) -> None:
        """Show the sheet of keys."""
        presets = [preset.name for preset in self._window.presets.available]
        self._ask(KeySheet(self._window.keys, presets, self._window))

    def show_about(self) -> None:
        """Say what the program is."""
        self._ask(AboutDialog(self._window.tasks, self._window))

    def show_session(self) -> None:
        """Say where the session is stored and what its log holds."""
        document = self._window.document
        if document is None:
            return
        session = document.session
        where = document.session_path or "nowhere: nothing will be saved"
        last = session.edits[-1].label if session.edits else "none yet"
        box = QMessageBox(self._window)
        box.setWindowTitle("Session")
        box.setText(
            f"Session file: {where}\n\n{len(session.edits)} edits in its log, the last one: {last}."
            "\nEvery edit is stored the moment it is made; undo adds to the log as well."
        )
        self._ask(box)
