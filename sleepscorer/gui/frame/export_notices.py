"""What has to be known of an export: what waits for it, how it ended, where its files are."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from sleepscorer.gui.frame.handing_over import HandingOver
from sleepscorer.gui.frame.notices import Answer, NoticeBar, NoticeKind
from sleepscorer.gui.jobs.exporting import Exporter
from sleepscorer.gui.process.tasks import TaskRunner

_RUNS, _ENDED, _REMARKED = "export runs", "export ended", "export remarked"
_REPORT_SUFFIX = ".xlsx"


class ExportNotices(QObject):
    """Shows notices about exports; they outlast the recording, which may close meanwhile.

    Parameters
    ----------
    exporter
        What they are about.
    notices
        Where they are shown.
    tasks
        For looking whether the files are still there: the drive may be a slow one.
    """

    def __init__(
        self,
        exporter: Exporter,
        notices: NoticeBar,
        tasks: TaskRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._exporter, self._notices = exporter, notices
        self._handing_over = HandingOver(tasks, self)
        self._handing_over.failed.connect(self._on_failed)
        exporter.refused.connect(self._on_refused)
        exporter.waiting.connect(self._on_waiting)
        exporter.ended.connect(self._on_ended)
        exporter.written.connect(self._on_written)
        exporter.remarked.connect(self._on_remarked)
        exporter.failed.connect(self._on_failed)
        exporter.cancelled.connect(self._on_cancelled)

    @Slot(str)
    def _on_refused(self, sentence: str) -> None:
        self._notices.add(sentence, key=_RUNS, lasting=True)

    @Slot(str)
    def _on_waiting(self, sentence: str) -> None:
        cancel = Answer("Cancel the export", self._exporter.cancel)
        self._notices.add(sentence, cancel, key=_RUNS, lasting=True)

    @Slot()
    def _on_ended(self) -> None:
        self._notices.remove(_RUNS)

    @Slot(object)
    def _on_written(self, paths: tuple[Path, ...]) -> None:
        names, folder = ", ".join(path.name for path in paths), paths[0].parent
        reports = [path for path in paths if path.suffix == _REPORT_SUFFIX]
        self._notices.add(
            f"Exported to {folder}: {names}",
            Answer("Open", partial(self._open, (reports or paths)[0])),
            Answer("Open folder", partial(self._open, folder)),
            passing=True,
            key=_ENDED,
            lasting=True,
        )

    @Slot(object)
    def _on_remarked(self, sentences: tuple[str, ...]) -> None:
        text = f"Of the copy: {'; '.join(sentences)}."
        self._notices.add(text, kind=NoticeKind.WARNING, key=_REMARKED, lasting=True)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._notices.add(sentence, kind=NoticeKind.ERROR, key=_ENDED, lasting=True)

    @Slot()
    def _on_cancelled(self) -> None:
        sentence = "The export was cancelled; nothing was written."
        self._notices.add(sentence, passing=True, key=_ENDED, lasting=True)

    def _open(self, path: Path) -> None:
        self._handing_over.open(path, again="Export again.")
