"""Gives the page that is shown out of the window: to the clipboard and to paper."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPagedPaintDevice

from sleepscorer.core.wording import one_line
from sleepscorer.files.exports import Identity, Remover
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.look.theme import theme_named
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.gui.traces.page_picture import PaperPage, picture_of
from sleepscorer.gui.traces.page_words import AS_STORED, PageWords

_UNREAD = "The page is not read yet: there is nothing to copy."


class PageOutput(QObject):
    """Copies and prints the page of the open recording.

    Parameters
    ----------
    current
        What is open.
    settings
        Whether files and people are named, and the colours.

    Signals
    -------
    said, refused
        What was done, and why nothing was; sentences.
    failed
        A sentence that must be seen.
    """

    said = Signal(str)
    refused = Signal(str)
    failed = Signal(str)

    def __init__(
        self, current: CurrentRecording, settings: SettingsFile, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._current, self._settings = current, settings
        self._paper: PaperPage | None = None
        self._file_name = ""
        current.closed.connect(self._let_go)

    @Slot()
    def copy(self) -> None:
        """Put the page as it is on the screen into the clipboard."""
        now = self._current.now
        if now is None:
            return
        traces = now.panes.traces
        if not traces.is_current or traces.is_unreadable:
            self.refused.emit(_UNREAD)
            return
        theme = theme_named(self._settings.now.theme)
        picture = picture_of(traces, theme, self._head(), self._words())
        QGuiApplication.clipboard().setImage(picture)
        self.said.emit(f"Page copied as a picture, {picture.width()} x {picture.height()} pixels")

    @Slot(object)
    def print_on(self, device: QPagedPaintDevice) -> None:
        """Print the page, once its traces are read for paper."""
        now = self._current.now
        if now is None:
            return
        self._let_go()
        explainer = now.panes.explainer
        tint = explainer.explanation if explainer.is_shown else None
        # A printer that writes a file tells its name; other devices have none.
        self._file_name = Path(getattr(device, "outputFileName", str)()).name
        self._paper = PaperPage(now.model, device, self._head(), tint, self._words(), self)
        self._paper.ended.connect(self._on_printed)

    @Slot(str)
    def _on_printed(self, problem: str) -> None:
        self._let_go()
        if problem:
            self.failed.emit(problem)
        else:
            to_file = f" to {one_line(self._file_name)}" if self._file_name else ""
            self.said.emit(f"Page printed{to_file}")

    def _head(self) -> str:
        """The file's name, where it may be shown; nothing else tells whose page it is."""
        document = self._current.document
        now = self._settings.now
        if document is None or now.deidentify_pages or not now.file_name_in_title:
            return ""
        return one_line(document.recording.path.name)

    def _words(self) -> PageWords:
        document = self._current.document
        if document is None or not self._settings.now.deidentify_pages:
            return AS_STORED
        # Events are called by what many say, whatever else they hold.
        remover = Remover(replace(Identity.of_recording(document.recording), events=()))
        return PageWords(remover.channel, remover.event, are_neutral=True)

    @Slot()
    def _let_go(self) -> None:
        if self._paper is not None:
            self._paper.cancel()
            self._paper.deleteLater()
            self._paper = None
