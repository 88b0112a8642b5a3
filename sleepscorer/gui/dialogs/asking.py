"""The dialogs of the window: what they are given, and who hears their answers.

Each is imported when it is asked for: the first page of a recording waits for none of them.
"""

from dataclasses import asdict, replace
from functools import partial
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from sleepscorer.core.errors import SettingsError
from sleepscorer.core.filling import epochs_to_fill
from sleepscorer.core.progress import Progress
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import counted, of_counted
from sleepscorer.files.exports import ReportLook, output_paths
from sleepscorer.files.folder import FoundRecording, recordings_in
from sleepscorer.files.recordings import RECORDING_SUFFIXES
from sleepscorer.files.sessions import SUFFIX
from sleepscorer.gui.choices import AutoScoringChoice, StagerChoice
from sleepscorer.gui.dialogs.one_dialog import OneDialog
from sleepscorer.gui.dialogs.settings_exchange import SettingsExchange
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.frame.scoring_import import ReadScoringFile
from sleepscorer.gui.jobs.montage_presets import Presets
from sleepscorer.gui.keys import keys_of
from sleepscorer.gui.look.screen_fit import fit_to_screen, px_per_mm
from sleepscorer.gui.look.theme import theme_named
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.pipeline import Destination, SiteChoice, read_site_choice
from sleepscorer.session_documents import Document, output_stem

if TYPE_CHECKING:
    from sleepscorer.gui.dialogs.adopting import AdoptDialog
    from sleepscorer.gui.dialogs.annotated_copy import AnnotatedCopyDialog
    from sleepscorer.gui.dialogs.auto_scoring_choice import AutoScoringDialog
    from sleepscorer.gui.dialogs.channels import ChannelsDialog
    from sleepscorer.gui.dialogs.deidentified_copy import DeidentifiedCopyDialog
    from sleepscorer.gui.dialogs.export import ExportDialog
    from sleepscorer.gui.dialogs.recordings import RecordingsDialog
    from sleepscorer.gui.dialogs.scoring_preview import ScoringPreviewDialog
    from sleepscorer.gui.dialogs.validation import ValidationDialog


class WindowDialogs(OneDialog):
    """Opens the dialogs of the window, one at a time.

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
    layer_chosen
        The Path of one that is to be imported as another scorer's.
    scoring_seen
        The :class:`~sleepscorer.gui.frame.scoring_import.ReadScoringFile` that somebody looked at,
        and the ImportableScoring that is to be taken over.
    channels_chosen
        The ChannelChoice that the open recording is to be staged by from now on.
    auto_scoring_chosen
        The Document that is to be staged, and the
        :class:`~sleepscorer.gui.choices.AutoScoringChoice`.
    export_chosen
        The Document that is to be exported, and the :class:`~sleepscorer.pipeline.Destination`.
    annotated_chosen
        The Document that is to be copied with its scoring, and the
        :class:`~sleepscorer.pipeline.AnnotatedCopy`.
    copy_chosen
        The :class:`~sleepscorer.pipeline.CopySurvey` of what is to be copied, and the Path of the
        de-identified copy.
    printer_chosen
        The QPrinter that the page is to be printed on.
    validation_told
        What a validation gave whose page was closed meanwhile, as a sentence.
    failed
        A sentence that must be seen.
    """

    recording_chosen = Signal(object)
    scoring_chosen = Signal(object)
    layer_chosen = Signal(object)
    scoring_seen = Signal(object, object)
    channels_chosen = Signal(object)
    auto_scoring_chosen = Signal(object, object)
    export_chosen = Signal(object, object)
    annotated_chosen = Signal(object, object)
    copy_chosen = Signal(object, object)
    printer_chosen = Signal(object)
    validation_told = Signal(str)
    failed = Signal(str)

    def __init__(
        self,
        current: CurrentRecording,
        settings: SettingsFile,
        tasks: TaskRunner,
        presets: Presets,
        parent: QWidget,
    ) -> None:
        super().__init__(current, parent)
        self._settings, self._tasks, self._presets = settings, tasks, presets
        self._listing = Latest(tasks, self)
        self._auto_choice = AutoScoringChoice()
        self._printer: object = None
        self._validation: ValidationDialog | None = None
        self.exchange = SettingsExchange(settings, tasks, presets, ask=self._ask, parent=parent)
        self.exchange.left.connect(self.left)

    @Slot()
    def close_all(self) -> None:
        """Put the dialog away without an answer, and keep what was typed."""
        super().close_all()
        self._listing.drop()

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
        self._choose_scoring(self.scoring_chosen)

    def choose_layer(self) -> None:
        """Ask for a scoring, and import it as another scorer's."""
        self._choose_scoring(self.layer_chosen)

    def _choose_scoring(self, chosen: SignalInstance) -> None:
        document = self._current.document
        if document is None:
            return
        recording = document.recording.path
        name, _ = QFileDialog.getOpenFileName(
            self._over, f"Import a scoring of {recording.name}", str(recording.parent)
        )
        self.left.emit()
        if name and self._current.document is document:
            chosen.emit(Path(name))

    @Slot(object)
    def show_scoring(self, file: ReadScoringFile) -> None:
        """Show what a scoring holds, and have it taken over if that is wanted."""
        from sleepscorer.gui.dialogs.scoring_preview import ScoringPreviewDialog

        if self._current.document is file.document:
            dialog = ScoringPreviewDialog(file, tasks=self._tasks, parent=self._over)
            self._ask(dialog, partial(self._on_scoring_seen, file, dialog))

    def _on_scoring_seen(self, file: ReadScoringFile, dialog: "ScoringPreviewDialog") -> None:
        if self._asked_document() is file.document and dialog.read is not None:
            self.scoring_seen.emit(file, dialog.read)

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
            from sleepscorer.gui.dialogs.recordings import RecordingsDialog
            from sleepscorer.gui.jobs.night_facts import NightFacts

            facts = NightFacts(self._tasks, self._settings)
            dialog = RecordingsDialog(folder, found, facts, self._over)
            self._ask(dialog, partial(self._on_recording_chosen, dialog))

        self._listing.start("Reading the folder", look, choose, failed=self.failed.emit)

    def _on_recording_chosen(self, dialog: "RecordingsDialog") -> None:
        if dialog.chosen is not None:
            self.recording_chosen.emit(dialog.chosen)

    def _last_folder(self) -> Path:
        recent = self._settings.now.recent_files
        folder = Path(recent[0]).parent if recent else Path.home()
        return folder if folder.is_dir() else Path.home()

    # -- scoring --------------------------------------------------------------------------------

    def auto_score(self) -> None:
        """Ask what may be filled, and stage."""
        from sleepscorer.gui.dialogs.auto_scoring_choice import AutoScoringDialog

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
            site=self._site(),
            parent=self._over,
        )
        self._ask(dialog, partial(self._on_auto_scoring_chosen, dialog))

    def _preferred(self, choice: AutoScoringChoice) -> AutoScoringChoice:
        """As chosen, but by the settings and channels in force."""
        now = self._settings.now
        return replace(
            choice,
            device=now.device,
            weights=now.weights,
            stagers=StagerChoice(now.stager, now.consensus_of, now.second_opinion),
            channels=self._current.channels,
            site=self._site() if now.as_validated else None,
        )

    def _site(self) -> SiteChoice | None:
        """Whom this site validated; None for nobody. What can't be read is said."""
        try:
            return read_site_choice()
        except SettingsError as error:
            self.failed.emit(str(error))
            return None

    def _on_auto_scoring_chosen(self, dialog: "AutoScoringDialog") -> None:
        document = self._asked_document()
        if document is not None:
            choice = self._auto_choice = dialog.choice
            self._settings.set(
                device=choice.device,
                weights=choice.weights,
                **asdict(choice.stagers),
            )
            if dialog.site is not None:
                self._settings.set(as_validated=choice.site is not None)
            self.channels_chosen.emit(choice.channels)
            self.auto_scoring_chosen.emit(document, choice)

    @Slot(object)
    def score_at_once(self, document: Document) -> None:
        """Stage without asking; only unscored epochs are filled."""
        self.auto_scoring_chosen.emit(document, self._preferred(AutoScoringChoice()))

    def sign(self) -> None:
        """Ask who signs as what, and sign."""
        from sleepscorer.gui.dialogs.signing import SignDialog

        if self._current.now is not None:
            self._ask(SignDialog(self._current.now.model, self._over))

    def unlock(self) -> None:
        """Ask why, and take the signatures back."""
        from sleepscorer.gui.dialogs.signing import UnlockDialog

        if self._current.now is not None:
            self._ask(UnlockDialog(self._current.now.model.session, self._over))

    def new_scoring(self) -> None:
        """Ask what another scoring of the night begins with, and begin it."""
        from sleepscorer.gui.dialogs.scorers import NewScoringDialog

        if self._current.document is not None:
            self._ask(NewScoringDialog(self._current.document, self._over))

    def rename_scoring(self) -> None:
        """Ask what the scoring on the screen is called."""
        from sleepscorer.gui.dialogs.scorers import RenameDialog

        if self._current.document is not None:
            self._ask(RenameDialog(self._current.document, self._over))

    def finish_scoring(self) -> None:
        """Ask whether the blind scoring on the screen is done."""
        from sleepscorer.gui.dialogs.scorers import DoneDialog

        if self._current.document is not None:
            self._ask(DoneDialog(self._current.document, self._over))

    def adopt_events(self) -> bool:
        """Ask which events are taken as one's own; return False where there are none to take."""
        from sleepscorer.gui.dialogs.adopting import AdoptDialog

        if self._current.now is None:
            return False
        model = self._current.now.model
        sources = model.sources_to_take()
        if not sources:
            return False
        dialog = AdoptDialog(sources, self._over)
        self._ask(dialog, partial(self._on_adoption_chosen, dialog))
        return True

    def _on_adoption_chosen(self, dialog: "AdoptDialog") -> None:
        if self._asked_document is not None and self._current.now is not None:
            self._current.now.model.take(dialog.chosen(), dialog.source)

    @Slot()
    def validate(self) -> None:
        """Show the page on which stagers are validated; it asks nothing of what is open."""
        from sleepscorer.gui.dialogs.validation import ValidationDialog

        if self._validation is None:
            self._validation = ValidationDialog(self._settings, self._tasks, self._over)
            self._validation.told.connect(self.validation_told)
            self._validation.finished.connect(self._on_validation_left)
            fit_to_screen(self._validation)
        self._validation.show()
        self._validation.raise_()
        self._validation.activateWindow()

    @Slot()
    def _on_validation_left(self) -> None:
        self.left.emit()

    @Slot()
    def choose_channels(self) -> None:
        """Ask which channels to stage by."""
        from sleepscorer.gui.dialogs.channels import ChannelsDialog

        document = self._current.document
        if document is not None:
            dialog = ChannelsDialog(document.recording, self._current.channels, self._over)
            self._ask(dialog, partial(self._on_channels_chosen, dialog))

    def _on_channels_chosen(self, dialog: "ChannelsDialog") -> None:
        if self._asked_document() is not None:
            self.channels_chosen.emit(dialog.choice)

    def go_to(self) -> None:
        """Ask for an epoch or a time."""
        from sleepscorer.gui.dialogs.go_to import GoToDialog

        now = self._current.now
        if now is not None:
            self._ask(GoToDialog(now.model, self._over))

    def edit_montage(self) -> None:
        """Edit what is shown."""
        from sleepscorer.gui.dialogs.montage_editor import MontageEditor

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

    def fill_report_form(self) -> None:
        """Show the form for the report, and keep what is typed; to read where it is locked."""
        from sleepscorer.gui.dialogs.report_form import ReportFormDialog

        if self._current.document is not None:
            keys = keys_of(self._settings.now)
            self._ask(ReportFormDialog(self._current.document, keys, self._over))

    # -- exporting ------------------------------------------------------------------------------

    def export(self) -> None:
        """Ask what to write where, and write it."""
        from sleepscorer.gui.dialogs.export import ExportDialog

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

        layer = document.session.layer

        def existing(choice: Destination) -> tuple[str, ...]:
            stem = output_stem(layer, document.recording.path.stem, deidentify=False)
            paths = output_paths(choice.folder, stem, choice.formats)
            return () if choice.deidentify else tuple(p.name for p in paths if lexists(p))

        dialog = ExportDialog(
            folder,
            now.export_formats,
            existing=existing,
            tasks=self._tasks,
            look=ReportLook(now.report_template, now.report_language, now.report_paper),
            all_annotations=now.export_all_annotations,
            warnings=warnings,
            parent=self._over,
        )
        dialog.copy_wanted.connect(self.annotate)
        self._ask(dialog, partial(self._on_export_chosen, dialog))

    def _on_export_chosen(self, dialog: "ExportDialog") -> None:
        document = self._asked_document()
        if document is not None:
            self.export_to(document, dialog.choice)

    def export_to(self, document: Document, choice: Destination) -> None:
        """Write the files beside the window, and remember the folder."""
        own = document.recording.path.parent
        self._settings.set(
            export_folder="" if choice.folder == own else str(choice.folder),
            export_formats=choice.formats,
            export_all_annotations=choice.all_annotations,
            report_template=choice.look.template,
            report_language=choice.look.language,
            report_paper=choice.look.paper,
        )
        self.export_chosen.emit(document, choice)

    def annotate(self) -> None:
        """Ask where a copy of the recording goes that holds the scoring, and write it."""
        from sleepscorer.gui.dialogs.annotated_copy import AnnotatedCopyDialog

        document = self._current.document
        if document is not None:
            chosen = self._settings.now.export_folder
            folder = Path(chosen) if chosen else document.recording.path.parent
            dialog = AnnotatedCopyDialog(document, folder, tasks=self._tasks, parent=self._over)
            self._ask(dialog, partial(self._on_annotated_chosen, dialog))

    def _on_annotated_chosen(self, dialog: "AnnotatedCopyDialog") -> None:
        document = self._asked_document()
        if document is not None and dialog.choice is not None:
            self.annotated_chosen.emit(document, dialog.choice)

    def deidentify(self) -> None:
        """List the texts of the recording, and write a copy without its person."""
        from sleepscorer.gui.dialogs.deidentified_copy import DeidentifiedCopyDialog

        document = self._current.document
        if document is not None:
            path, chosen = document.recording.path, self._settings.now.export_folder
            folder = Path(chosen) if chosen else path.parent
            dialog = DeidentifiedCopyDialog(path, folder, tasks=self._tasks, parent=self._over)
            self._ask(dialog, partial(self._on_copy_chosen, dialog))

    def _on_copy_chosen(self, dialog: "DeidentifiedCopyDialog") -> None:
        if dialog.choice is not None:
            self.copy_chosen.emit(*dialog.choice)

    def print_page(self) -> None:
        """Ask for a printer or a PDF, and print the page."""
        from sleepscorer.gui.dialogs.print_page import print_dialog

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
        from sleepscorer.gui.dialogs.preferences import PreferencesDialog

        self._ask(PreferencesDialog(self._settings, self._over))

    def edit_keys(self) -> None:
        """Change keys."""
        from sleepscorer.gui.dialogs.key_editor import KeyEditor

        self._ask(KeyEditor(self._settings, self._preset_names(), self._over))

    def show_keys(self) -> None:
        """Show the sheet of keys."""
        from sleepscorer.gui.dialogs.key_sheet import KeySheet

        self._ask(KeySheet(keys_of(self._settings.now), self._preset_names(), self._over))

    def _preset_names(self) -> list[str]:
        return [preset.name for preset in self._presets.available]

    def show_about(self) -> None:
        """Say what the program is."""
        from sleepscorer.gui.dialogs.about import AboutDialog

        self._ask(AboutDialog(self._tasks, self._over))

    def show_support_report(self) -> None:
        """Show what somebody who helps needs to know; it names no person and no file."""
        from sleepscorer.gui.dialogs.support_report import SupportDialog

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
