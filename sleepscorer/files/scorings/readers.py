"""The formats that scorings come in: a table of readers, chosen by content."""

import codecs
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from sleepscorer.core.errors import ScoringError, UsageError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.edf import BDF_VERSION, EDF_VERSION
from sleepscorer.files.other_formats import OTHER_FORMATS, format_suffix
from sleepscorer.files.recordings import EDF_SUFFIXES, open_recording
from sleepscorer.files.scorings.alice_codes import is_alice_codes, read_alice_codes
from sleepscorer.files.scorings.alignment import check_epoch_s
from sleepscorer.files.scorings.commented_head import is_commented_list
from sleepscorer.files.scorings.domino_txt import is_domino, read_domino
from sleepscorer.files.scorings.dreams_txt import is_dreams_txt, read_dreams_txt
from sleepscorer.files.scorings.edfbrowser_csv import is_edfbrowser_csv, read_edfbrowser_csv
from sleepscorer.files.scorings.edfbrowser_xml import read_edfbrowser_xml
from sleepscorer.files.scorings.elan_hyp import is_elan_hyp, read_elan_hyp
from sleepscorer.files.scorings.embla_xml import read_embla_xml
from sleepscorer.files.scorings.event_list import is_event_list, read_event_list
from sleepscorer.files.scorings.json_stages import is_json, read_json_stages
from sleepscorer.files.scorings.luna_annot import is_luna_annot, read_luna_annot
from sleepscorer.files.scorings.mne_annotations import is_mne_annotations, read_mne_annotations
from sleepscorer.files.scorings.nsrr_xml import read_nsrr_xml
from sleepscorer.files.scorings.philips_rml import read_philips_rml
from sleepscorer.files.scorings.profusion_xml import read_profusion_xml
from sleepscorer.files.scorings.stage_annotations import scoring_of_recording
from sleepscorer.files.scorings.stage_codes import StageCodes
from sleepscorer.files.scorings.stage_lines import read_stage_lines
from sleepscorer.files.scorings.stage_rows import is_stage_rows, read_stage_rows
from sleepscorer.files.scorings.stage_table import is_stage_table, read_stage_table
from sleepscorer.files.scorings.two_columns import is_two_columns, read_two_columns
from sleepscorer.files.scorings.usleep_txt import is_usleep_txt, read_usleep_txt
from sleepscorer.files.scorings.visbrain_txt import is_visbrain_txt, read_visbrain_txt
from sleepscorer.files.scorings.wonambi_xml import read_wonambi_xml
from sleepscorer.files.scorings.zurich_vis import is_zurich_vis, read_zurich_vis

_WITH_ANNOTATIONS = (*EDF_SUFFIXES, *OTHER_FORMATS)
# Ten days of epochs with every column take a few MB.
_MAX_TEXT_BYTES = 20_000_000
# Declarations, comments and a document type may stand before it.
_XML_ROOT = re.compile(
    r"\s*(?:<\?[^>]*\?>\s*|<!--(?:(?!-->).)*-->\s*|<!DOCTYPE[^>[]*(?:\[[^\]]*\])?\s*>\s*)*"
    r"<([A-Za-z_][\w.:-]{0,60})",
    re.DOTALL,
)
# Of one byte a letter, or two for those of East Asia: what XML may say where it is no UTF-8.
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,60}encoding=[\"'](iso-8859-\d{1,2}|windows-125\d|euc-kr|euc-jp|shift_jis|big5"
    rb"|gb2312|gbk|gb18030|koi8-r)[\"']",
    re.IGNORECASE,
)
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Content:
    """What stands in a file that may be a scoring.

    Parameters
    ----------
    path
        The file.
    text
        Its text; empty where it is a recording.
    is_recording
        It is EDF or BDF, by its first bytes or its name, or by its name another recording.
    scorer
        Whose stages to read; None where nobody was named.
    codes
        What numbers stand for; None where nobody said it.
    epoch_s
        How long its epochs are, seconds; None where nobody said it.
    """

    path: Path
    text: str = ""
    is_recording: bool = False
    scorer: str | None = None
    codes: StageCodes | None = None
    epoch_s: float | None = None

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text."""
        # Not by splitlines(), which takes an ellipsis of Windows for the end of a line.
        return re.split("\r\n|\r|\n", self.text)

    @cached_property
    def xml_root(self) -> str:
        """The name of the outermost element, without its namespace; empty where it is no XML."""
        found = _XML_ROOT.match(self.text)
        return "" if found is None else found[1].rpartition(":")[2]


@dataclass(frozen=True)
class Reader:
    """One format that scorings come in.

    Parameters
    ----------
    name
        As options spell it.
    title
        For people, after "expected".
    is_one
        Tells by the content whether a file has this format.
    read
        Reads it; raises ScoringError where it holds no stages, with the line concerned.
    ends
        How others name such files beside a recording, after its stem, in small letters.
    names_scorers
        It may hold the scorings of several people, by their names.
    tells_length
        It says, or is known for, how long its epochs are.
    """

    name: str
    title: str
    is_one: Callable[[Content], bool]
    read: Callable[[Content], Scoring]
    ends: tuple[str, ...] = ()
    names_scorers: bool = False
    tells_length: bool = True


READERS = (
    Reader(
        "edf",
        "an EDF+ hypnogram",
        is_one=lambda content: content.is_recording,
        read=lambda content: scoring_of_recording(open_recording(content.path)),
        ends=("_scoring.edf", "-hypnogram.edf"),
    ),
    Reader(
        "nsrr",
        "NSRR's XML",
        is_one=lambda content: content.xml_root == "PSGAnnotation",
        read=lambda content: read_nsrr_xml(content.text),
        ends=("-nsrr.xml",),
    ),
    Reader(
        "profusion",
        "Profusion's XML",
        is_one=lambda content: content.xml_root == "CMPStudyConfig",
        read=lambda content: read_profusion_xml(content.text),
        ends=("-profusion.xml", ".edf.xml", ".xml.xml"),
    ),
    Reader(
        "rml",
        "Philips' RML",
        is_one=lambda content: content.xml_root == "PatientStudy",
        read=lambda content: read_philips_rml(content.text),
        ends=(".rml",),
    ),
    Reader(
        "wonambi",
        "wonambi's XML",
        is_one=lambda content: content.xml_root == "annotations" and "<rater" in content.text,
        read=lambda content: read_wonambi_xml(content.text, content.scorer),
        ends=("_scores.xml",),
        names_scorers=True,
    ),
    Reader(
        "edfbrowser-xml",
        "EDFbrowser's XML",
        is_one=lambda content: content.xml_root == "annotationlist",
        read=lambda content: read_edfbrowser_xml(content.text),
        ends=("_annotations.xml",),
    ),
    Reader(
        "embla",
        "Embla's XML",
        is_one=lambda content: content.xml_root in ("EventExport", "Events"),
        read=lambda content: read_embla_xml(content.text),
        ends=(".xml",),
    ),
    Reader(
        "edfbrowser",
        "EDFbrowser's list",
        is_one=lambda content: is_edfbrowser_csv(content.lines),
        read=lambda content: read_edfbrowser_csv(content.lines),
        ends=("_annotations.txt", "_annotations.csv"),
    ),
    Reader(
        "elan",
        "Elan's hypnogram",
        is_one=lambda content: is_elan_hyp(content.lines),
        read=lambda content: read_elan_hyp(content.lines, content.codes),
        ends=(".hyp",),
    ),
    Reader(
        "vis",
        "Zurich's scoring (.vis)",
        is_one=lambda content: is_zurich_vis(content.lines),
        read=lambda content: read_zurich_vis(content.lines),
    ),
    Reader(
        "alice",
        "codes of Alice 5 (CSV)",
        is_one=lambda content: is_alice_codes(content.lines),
        read=lambda content: read_alice_codes(content.lines, content.codes),
    ),
    Reader(
        "json",
        "JSON of ScoringHero, YASA or Dreem",
        is_one=lambda content: is_json(content.text),
        read=lambda content: read_json_stages(content.text, content.codes, content.epoch_s),
        tells_length=False,
    ),
    Reader(
        "columns",
        "two columns of numbers",
        is_one=lambda content: is_two_columns(content.lines),
        read=lambda content: read_two_columns(content.lines, content.codes, content.epoch_s),
        tells_length=False,
    ),
    Reader(
        "dreams",
        "a hypnogram of DREAMS",
        is_one=lambda content: is_dreams_txt(content.lines),
        read=lambda content: read_dreams_txt(content.lines),
    ),
    Reader(
        "mne",
        "annotations of mne-python",
        is_one=lambda content: is_mne_annotations(content.lines),
        read=lambda content: read_mne_annotations(content.lines),
        ends=("-annot.txt", "_annot.txt"),
    ),
    Reader(
        "domino",
        "a sleep profile of DOMINO",
        is_one=lambda content: is_domino(content.lines),
        read=lambda content: read_domino(content.lines, content.codes),
    ),
    Reader(
        "usleep",
        "a hypnogram of U-Sleep",
        is_one=lambda content: is_usleep_txt(content.lines),
        read=lambda content: read_usleep_txt(content.lines, content.codes),
    ),
    Reader(
        "visbrain",
        "a hypnogram of Visbrain",
        is_one=lambda content: is_visbrain_txt(content.lines),
        read=lambda content: read_visbrain_txt(content.lines),
    ),
    Reader(
        "luna",
        "annotations of Luna",
        is_one=lambda content: is_luna_annot(content.lines),
        read=lambda content: read_luna_annot(content.lines),
        ends=(".annot",),
    ),
    Reader(
        "events",
        "a list of events (RemLogic, Noxturnal, BIDS, Snooz)",
        is_one=lambda content: is_event_list(content.lines),
        read=lambda content: read_event_list(content.lines),
    ),
    Reader(
        "rows",
        "rows of a time and a stage",
        is_one=lambda content: is_stage_rows(content.lines),
        read=lambda content: read_stage_rows(content.lines),
    ),
    Reader(
        "table",
        "a table of epochs (CSV)",
        is_one=lambda content: (
            not content.xml_root
            and is_stage_table(content.lines)
            and not is_commented_list(content.lines)
        ),
        read=lambda content: read_stage_table(content.lines, content.scorer, content.codes),
        names_scorers=True,
    ),
    Reader(
        "lines",
        "one stage a line",
        is_one=lambda _: True,
        read=lambda content: read_stage_lines(content.lines, content.codes, content.epoch_s),
        tells_length=False,
    ),
)
"""The first that knows the content reads it; what knows any text comes last."""

_BY_NAME = {reader.name: reader for reader in READERS}
_TITLES = [reader.title for reader in READERS]
_SESSION_MARK = b"SQLite format 3\0"
_KNOWN = f"{', '.join(_TITLES[:-1])} or {_TITLES[-1]}"


def format_title(name: str) -> str:
    """Return what people call a format of :data:`READERS`; empty for none."""
    return _BY_NAME[name].title if name in _BY_NAME else ""


def read_scoring(
    path: str | Path,
    *,
    scorer: str | None = None,
    codes: StageCodes | None = None,
    form: str | None = None,
    epoch_s: float | None = None,
) -> Scoring:
    """Read a scoring in one of the formats of :data:`READERS`.

    The content decides, not the name. Stages of Rechtschaffen & Kales become those of the AASM
    manual (3 and 4 are N3); movement time and whatever else is no stage is unscored. ``notes``
    of the result say what had to be decided.

    Parameters
    ----------
    path
        The file; it is only read.
    scorer
        Whose stages to read, where the file holds those of several.
    codes
        What the numbers stand for, where the file numbers the stages and does not say how.
    form
        Name of the format, where the content is not to decide.
    epoch_s
        How long its epochs are, seconds, where it lists stages and does not say it.

    Raises
    ------
    UsageError
        If there is no format of this name, or no epoch lasts so long.
    CodesNeeded
        If the stages are numbers and nobody said what they stand for.
    EpochLengthNeeded
        If it lists too many stages for epochs of 30 s, and nobody said how long they last.
    SeveralScorers
        If it holds the stages of several and none of them is named.
    ScoringError
        If it can't be read or holds no stages, with the line concerned.
    RecordingError
        If it is a recording that can't be opened.
    """
    path = Path(path)
    if epoch_s is not None:
        check_epoch_s(epoch_s)
    try:
        content = replace(_content(path), scorer=scorer, codes=codes, epoch_s=epoch_s)
        return _read(content, form)
    except OSError as error:
        raise ScoringError(
            f"the file can't be read: {error.strerror or error}", path=path
        ) from error
    except ScoringError as error:
        error.in_file(path)
        raise


def _read(content: Content, form: str | None) -> Scoring:
    if form is not None and form not in _BY_NAME:
        raise UsageError(
            f"{form!r} is no format of scorings", hint=f"there are {', '.join(_BY_NAME)}"
        )
    of_content = (reader for reader in READERS if reader.is_one(content))
    reader = next(of_content) if form is None else _BY_NAME[form]
    if content.scorer is not None and not reader.names_scorers:
        raise ScoringError("the file names no scorers", hint="leave out whose stages to read")
    if content.epoch_s is not None and reader.tells_length:
        raise ScoringError(
            f"the length of epochs is not asked for: {reader.title} tells it itself",
            hint="leave out how long its epochs are",
        )
    return replace(reader.read(content), format=reader.name)


def _content(path: Path) -> Content:
    """Read a file that may be text, at once and not without bound."""
    # Opening a pipe waits for somebody to write, and a device never ends.
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a pipe or device"
        raise ScoringError(
            f"the scoring can't be read: it is {what}, not an ordinary file",
            hint="save the scoring in a file and name that",
        )
    with path.open("rb") as file:
        version = file.read(len(EDF_VERSION))
        if version in (EDF_VERSION, BDF_VERSION) or format_suffix(path) in _WITH_ANNOTATIONS:
            return Content(path, is_recording=True)
        raw = version + file.read(_MAX_TEXT_BYTES)
    if raw.startswith(_SESSION_MARK):
        raise ScoringError(
            "the file is a session or another database, not a scoring",
            hint="open the session, and export the scoring from it",
        )
    if len(raw) > _MAX_TEXT_BYTES:
        raise ScoringError("the file is too long to be a scoring")
    text = _decoded(raw)
    if "\0" in text:
        raise ScoringError("the file is neither EDF+ nor text", hint=f"expected {_KNOWN}")
    if not text.strip():
        raise ScoringError("the file is empty")
    return Content(path, text)


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF16_MARKS):  # Excel's "Unicode text"
        return content.decode("utf-16", errors="replace")
    # ASCII in UTF-16 has a zero in every other byte; some programs leave out the mark.
    for encoding, zeros, letters in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        pair = content[: 2 * (len(content) // 2)]
        if pair and not any(pair[zeros:200:2]) and all(pair[letters:200:2]):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = _DECLARED.match(content)
        encoding = declared[1].decode("ascii") if declared else "cp1252"
    try:
        return content.decode(encoding, errors="replace")
    except LookupError:  # "iso-8859-99"
        return content.decode("cp1252", errors="replace")
