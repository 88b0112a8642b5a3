"""The way from a recording to a copy that tells nobody who was recorded, and when.

What the recording holds is listed first; nothing is written before somebody has seen the list.
"""

from dataclasses import dataclass, field
from pathlib import Path

from sleepscorer.core.errors import ExportError, RecordingError, UsageError
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.files.edf import EdfRewriting
from sleepscorer.files.exports import (
    AnnotationTexts,
    FoundText,
    RecordingTexts,
    Staying,
    deidentified_stem,
)
from sleepscorer.files.recordings import is_edf
from sleepscorer.files.sessions import file_states, sha256_of
from sleepscorer.files.verified_write import Output, check_targets, write_verified

_SHARE_OF_HASHING = 0.5
_WRITTEN = 0.4


@dataclass(frozen=True, eq=False)
class CopySurvey:
    """What a recording holds, and what of it would be in its copy.

    Parameters
    ----------
    path
        The recording.
    sha256
        Of its file.
    staying
        What a person lets stay.
    """

    path: Path
    sha256: str
    staying: Staying
    _file: EdfRewriting = field(repr=False)
    _annotations: AnnotationTexts = field(repr=False)
    _states: tuple[tuple[int, int], ...] = field(repr=False)
    _texts: RecordingTexts = field(repr=False)

    @property
    def found(self) -> tuple[FoundText, ...]:
        """Every text of the recording in the order of the file, and what becomes of it."""
        return self._texts.found(self._annotations)

    @property
    def file_name(self) -> str:
        """A name of the copy that tells nothing: that of the recording's de-identified exports."""
        return f"{deidentified_stem(self.sha256)}{self.suffix}"

    @property
    def suffix(self) -> str:
        """End of the copy's name."""
        return ".bdf" if self._file.is_bdf else ".edf"

    def letting_stay(self, staying: Staying) -> "CopySurvey":
        """Return the survey with other texts that stay; the file is not read again.

        Raises
        ------
        UsageError
            If one is not in the file, or tells who was recorded.
        """
        texts = RecordingTexts(self.path, self._file, staying)
        survey = CopySurvey(
            self.path, self.sha256, staying, self._file, self._annotations, self._states, texts
        )
        for text in sorted(staying.texts - {one.text for one in survey.found if one.may_stay}):
            raise UsageError(
                f"{text!r} can't stay: no label, transducer, unit, filter or annotation is called"
                " so",
                path=self.path,
            )
        return survey

    def out_path(self, out: Path) -> Path:
        """Return where the copy goes: ``out``, or a file of a name that tells nothing in it.

        Raises
        ------
        UsageError
            If the name tells who was recorded, or does not end as such files do.
        ExportError
            If there is something of this name, or it is the recording.
        """
        path = out / self.file_name if out.is_dir() else out
        if path.suffix.lower() not in (self.suffix, *([".rec"] if self.suffix == ".edf" else [])):
            raise UsageError(
                f"the copy is {self.suffix[1:].upper()}: its name has to end in {self.suffix}",
                path=path,
            )
        # The number in the program's own name is nobody's.
        found = () if path.name == self.file_name else self._texts.telling_in(path.stem)
        if found:
            words = ", ".join(map(repr, found))
            raise UsageError(
                f"the name of the copy may tell who was recorded, or when: {words}",
                path=path,
                hint=f"call it {self.file_name}, as the de-identified exports of its scoring are",
            )
        check_targets([path], force=False, sources=[self.path])
        if not path.absolute().parent.is_dir():
            raise UsageError("there is no such folder", path=path.parent, hint="make it first")
        return path


def survey_recording(path: Path, progress: Progress = silent) -> CopySurvey:
    """Read a recording, and list every text in it.

    Parameters
    ----------
    path
        An EDF or BDF file, of any kind.
    progress
        Called while it is read; may raise Cancelled.

    Raises
    ------
    RecordingError
        If it can't be read, or is of another format.
    """
    if not is_edf(path):
        raise RecordingError(
            "only EDF and BDF files have a de-identified copy",
            path=path,
            hint="export it as EDF in the program that recorded it, and take that file",
        )
    states = file_states([path])
    file = EdfRewriting(path)
    sha256 = sha256_of([path], part_of(progress, 0.0, _SHARE_OF_HASHING))
    annotations = AnnotationTexts(file.annotation_texts(part_of(progress, _SHARE_OF_HASHING, 1.0)))
    staying = Staying()
    texts = RecordingTexts(path, file, staying)
    return CopySurvey(path, sha256, staying, file, annotations, states, texts)


def write_copy(survey: CopySurvey, out: Path, progress: Progress = silent) -> Path:
    """Write the copy beside its target, compare it with the recording, and move it into place.

    Parameters
    ----------
    survey
        What was listed.
    out
        A file that is not there yet, or a folder.
    progress
        Called for some records; may raise Cancelled, and nothing is then written.

    Returns
    -------
    The file.

    Raises
    ------
    UsageError, ExportError
        As :meth:`CopySurvey.out_path`; ExportError as well if the recording changed since it was
        listed, the disk refuses, or the samples did not read back as they are in the recording.
    """
    path = survey.out_path(out)
    texts, file = survey._texts, survey._file

    def check_unchanged() -> None:
        if file_states([survey.path]) != survey._states:
            raise ExportError(
                "the recording changed since its texts were listed",
                path=survey.path,
                hint="list them again when nothing writes to it",
            )

    def verify(part: Path) -> None:
        file.verify(part, texts.words, texts.annotation, part_of(progress, _WRITTEN, 1.0))
        check_unchanged()

    check_unchanged()
    writing = part_of(progress, 0.0, _WRITTEN)
    output = Output(
        path, lambda opened: file.write(opened, texts.words, texts.annotation, writing), verify
    )
    write_verified([output], sources=[survey.path])
    return path
