"""Opens a recording with its session, or a session with its recording."""

import getpass
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sleepscorer.core.edits import Author
from sleepscorer.core.errors import SessionError, SleepScorerError
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.layered_session import LayeredSession
from sleepscorer.core.layers import FIRST
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.core.wording import counted
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.sessions import (
    SUFFIX,
    RecordingEntry,
    SessionCopy,
    SessionDamaged,
    SessionPlaces,
    SessionStore,
    StoredSession,
    backup_path,
    difference,
    entry_of,
    holds_edits_of,
    is_damaged,
    newer_backup,
    newest_copy,
    open_copy,
    open_store,
    places_of,
    replay_in_words,
    session_path_for,
    session_stem,
)
from sleepscorer.session_documents.document import (
    MISSING,
    OWN_LIGHTS,
    TOLD,
    Document,
    last_layers,
    open_signals,
    own_lights,
)

_LOCATE = "The session is open for reading only until the recording is located."


@dataclass(frozen=True)
class _Place:
    """Where a session is to be opened.

    Parameters
    ----------
    session_path
        There, or to be made there.
    warnings
        What must be known of other sessions of the recording.
    elsewhere
        That it lies where nobody looks for it, which is said once; empty where it does not.
    """

    session_path: Path
    warnings: tuple[str, ...] = ()
    elsewhere: str = ""


def current_author() -> Author:
    """Return who is logged in, and on which machine."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return Author(user, platform.node() or "unknown")


def open_document(
    path: Path | str,
    *,
    author: Author,
    session_folder: Path | None = None,
    read_only: bool = False,
    places: SessionPlaces | None = None,
    before: Callable[[Recording | None, Path], None] | None = None,
    layer: str | None = None,
) -> Document:
    """Open a recording with its session, or a session with its recording.

    Parameters
    ----------
    path
        A recording, or a session file.
    author
        Who scores.
    session_folder
        Where sessions are kept; None means beside the recording.
    read_only
        Change nothing, and keep nobody from changing it.
    places
        Where sessions were opened before, to find the one of this recording and to remember it;
        None looks in ``session_folder`` and beside the recording, and remembers nothing.
    before
        Called with the recording, None where a session leads to it, and with the path of the
        session, before the session is made or taken: what it raises leaves all as it was.
    layer
        Name or number of the layer that is shown; None means a blind one of the author that is not
        done, else the one that the author last had on the screen, else the author's newest, else
        the first. With ``read_only`` it means the first.

    Returns
    -------
    The document. It is read only, and says why in ``held_by`` or ``problems``, where another
    program has the session open, where nothing can be saved beside the recording, where the
    recording is missing or not the one that was scored, and where a copy stands in for a session
    that is damaged or gone.

    Raises
    ------
    RecordingError
        If the recording can't be opened.
    SessionError
        If the session is of a newer program, or damaged and there is no copy or ``read_only`` is
        set, or ``session_folder`` can't be written.
    """
    path = Path(path)
    recording: Recording | None = None
    place = _Place(path)
    if path.suffix.lower() == SUFFIX:
        if not path.is_file():
            raise SessionError("there is no such session file", path=path)
    else:
        recording = open_signals(path)
        place = _place_of(recording, session_folder, places)
    session_path = place.session_path
    if before is not None:
        before(recording, session_path)

    shown = str(FIRST) if read_only and layer is None else layer

    def document_of(store: SessionStore) -> Document:
        try:
            said = place if store.copy is None else _Place(session_path)
            document = _document(store, author, recording, said, shown)
            if places is not None and not (document.session.read_only or document.needs_locating):
                places.add(entry_of(document.recording).fingerprint, store.path)
        except BaseException:
            store.close()
            raise
        return document

    gone = None if read_only else _copy_of_the_gone(session_path, recording, places)
    if gone is not None:
        return document_of(gone)
    try:
        return document_of(
            open_store(
                session_path,
                author,
                read_only=read_only,
                like=None if recording is None else recording.path,
                must_save=session_folder is not None
                and recording is not None
                and session_path.parent == session_folder.absolute(),
            )
        )
    except SessionDamaged as damage:
        copy = None if read_only else _newest_copy(session_path, recording, places)
        if copy is None:
            raise
        what = f"The session {session_path.name} can't be used: {damage.what}"
        return document_of(open_copy(session_path, copy, what))


def _copy_of_the_gone(
    session_path: Path, recording: Recording | None, places: SessionPlaces | None
) -> SessionStore | None:
    """Open a copy of a session that was there; None where it is there or there never was one."""
    if session_path.exists():
        return None
    copy = _newest_copy(session_path, recording, places)
    if copy is None:
        return None
    what = f"The session of this recording, {session_path.name}, is not there any more"
    return open_copy(session_path, copy, what)


def _newest_copy(
    session_path: Path, recording: Recording | None, places: SessionPlaces | None
) -> SessionCopy | None:
    if recording is None:
        return newest_copy(session_path)
    entry = entry_of(recording)
    others = () if places is None else places.of(entry.fingerprint)
    return newest_copy(session_path, entry, others)


def path_to_reopen(document: Document, session_folder: Path | None) -> Path:
    """Return what leads to a document again: its session where that lies elsewhere than usual.

    Parameters
    ----------
    document
        It is open.
    session_folder
        Where sessions are kept; None means beside the recording.
    """
    recording, session_path = document.recording, document.session_path
    if session_path is None:
        return recording.path
    if document.needs_locating:
        return session_path
    try:
        usual = session_path_for(entry_of(recording), session_folder or recording.path.parent)
    except SleepScorerError:
        return session_path
    return recording.path if usual.resolve() == session_path.resolve() else session_path


def _place_of(
    recording: Recording, session_folder: Path | None, places: SessionPlaces | None
) -> _Place:
    """Return where the recording's session is, or is to be made.

    The usual place comes first, and then every other where this recording was scored before: to
    begin a second session there unnoticed would tear the scoring in two.
    """
    entry, beside = entry_of(recording), recording.path.parent
    usual = session_path_for(entry, session_folder or beside).absolute()
    known = () if places is None else places.of(entry.fingerprint)
    candidates = dict.fromkeys(
        (beside.absolute() / f"{session_stem(recording.path)}{SUFFIX}", *known)
    )
    candidates.pop(usual, None)
    others = [path for path in candidates if holds_edits_of(path, entry)]
    if others and not (holds_edits_of(usual, entry) or _is_missed(usual, entry, others)):
        folder = others[0].parent
        said = f"The session of this recording is kept in {folder} and was opened there."
        return _Place(others[0], elsewhere=said)
    sentences = tuple(
        f"There is another session of this recording, {path}: what was scored in it is not shown."
        for path in others
    )
    if not usual.exists() and not others:
        sentences = tuple(
            f"This recording was scored before in {path}, which can't be found now. A new session"
            f" begins in {usual.parent}."
            for path in known
            if not path.exists()
        )
    if not usual.exists() and is_damaged(backup_path(usual)):
        sentences += (
            f"The session {usual.name} is not there any more, and its backup"
            f" {backup_path(usual).name} is damaged: what was scored can't be shown. A new session"
            " begins, and the backup is kept.",
        )
    return _Place(usual, sentences)


def _is_missed(usual: Path, entry: RecordingEntry, others: Sequence[Path]) -> bool:
    """Tell whether a session was at the usual place, and others can't stand in for it unsaid."""
    if usual.exists():
        return is_damaged(usual)
    copy = newest_copy(usual, entry, others)
    return copy is not None and copy.path not in others


def _document(
    store: SessionStore,
    author: Author,
    recording: Recording | None,
    place: _Place,
    shown: str | None,
) -> Document:
    """Put a recording and its session together; without a recording the session names it."""
    stored = StoredSession() if store.file is None else store.file.read()
    known = stored.recording
    if recording is None:
        recording = _recording_of(known, store.path)
    entry = None if recording.format_name == MISSING else entry_of(recording)
    n_epochs = (known or entry_of(recording)).n_epochs
    scorings = _replayed(stored, store, author, n_epochs, recording.duration_s)
    mismatch = None if known is None else _mismatch(entry, known)
    told = _told(stored.view)
    news = () if place.elsewhere in ("", *told) else (place.elsewhere,)
    problems = [*store.problems, *place.warnings, *_fallen_behind(store), *_broken(scorings)]
    remarks = [*news]
    if mismatch is not None:
        problems.insert(0, mismatch)
    elif entry is not None:
        remarks += _begin_or_go_on(entry, known, store, author)
        if known is None:
            problems += _import_lights(scorings, recording)
    scorings.switch(_shown_layer(scorings, author, shown, stored.view))
    scorings.read_only = mismatch is not None or not store.is_writable
    view = {**stored.view, TOLD: [*told, *news]} if news else stored.view
    if news and store.file is not None and store.is_writable:
        store.file.save_view(view)
    return Document(
        recording,
        scorings,
        store,
        author=author,
        view=view,
        problems=problems,
        remarks=remarks,
        needs_locating=mismatch is not None,
    )


def _told(view: Mapping[str, Any]) -> tuple[str, ...]:
    told = view.get(TOLD)
    return tuple(map(str, told)) if isinstance(told, list) else ()


def _fallen_behind(store: SessionStore) -> Iterator[str]:
    """Say where a session lacks edits that its backup holds."""
    backup = None if store.file is None or store.copy is not None else newer_backup(store.file)
    if store.file is not None and backup is not None:
        n_edits = backup.n_edits - store.file.n_edits()
        n_entries = backup.n_entries - store.file.n_entries()
        edits = (f"the last {counted(n_edits, 'edit')}",) if n_edits else ()
        last = f"the last {counted(n_entries, 'entry', 'entries')}"
        entries = (f"{last} of its signatures, report forms and scorers",) if n_entries else ()
        yield (
            f"The session {store.path.name} lacks {' and '.join((*edits, *entries))} that its"
            " backup holds"
            f" ({backup}): an earlier state of it was put in its place. The backup is kept. To go"
            " on from it, close this recording, move the session away and give the backup its name."
        )


def _broken(scorings: LayeredSession) -> Iterator[str]:
    """Say where what was signed is not what is there."""
    sessions = (scorings.of_number(layer.number) for layer in scorings.layers)
    broken = [one for session in sessions for one in session.signing.broken]
    if broken:
        yield (
            f"What was signed ({'; '.join(map(str, broken))}) was changed outside the program"
            " since: the signature does not count. Look at the scoring, and unlock it to sign anew."
        )


def _replayed(
    stored: StoredSession, store: SessionStore, author: Author, n_epochs: int, duration_s: float
) -> LayeredSession:
    journal = store.file if store.file is not None and store.is_writable else MemoryJournal()
    with replay_in_words(store.path):
        return LayeredSession(
            n_epochs,
            journal,
            author=author,
            edits=stored.edits,
            stagings=stored.stagings,
            others=stored.others,
            signing=stored.signing,
            layers=stored.layers,
            duration_s=duration_s,
        )


def _recording_of(known: RecordingEntry | None, session_path: Path) -> Recording:
    """Open the recording that a session names, or stand in for one that is not found."""
    if known is None:
        raise SessionError(
            "nothing was stored in this session yet", path=session_path, hint="open the recording"
        )
    places = [path for path in places_of(known, session_path) if path.is_file()]
    for path in places:
        recording = open_recording(path)
        if entry_of(recording).fingerprint.is_like(known.fingerprint):
            return recording
    if places:
        return open_recording(places[0])
    return Recording(
        path=Path(known.folder, known.name),
        format_name=MISSING,
        start=known.start,
        duration_s=known.n_epochs * EPOCH_S,
        signals=(),
    )


def _mismatch(entry: RecordingEntry | None, known: RecordingEntry) -> str | None:
    """Say why what was opened is not what was scored; None where it is."""
    if entry is None:
        return f"The recording {known.name} was not found in {known.folder}. {_LOCATE}"
    if not entry.fingerprint.is_like(known.fingerprint):
        return (
            f"{entry.name} is not the file that was scored: {difference(entry, known)}. {_LOCATE}"
        )
    if entry.n_epochs != known.n_epochs:
        return (
            f"{entry.name} has {counted(entry.n_epochs, 'epoch')}, and {known.n_epochs} are"
            f" scored in"
            f" the session. {_LOCATE}"
        )
    return None


def _begin_or_go_on(
    entry: RecordingEntry, known: RecordingEntry | None, store: SessionStore, author: Author
) -> Iterator[str]:
    """Store what the session belongs to, and say where the recording was if that changed."""
    is_moved = known is not None and entry.name != known.name
    if known is not None and entry.folder != known.folder:
        # Moved with its session, or on a drive that other machines call differently.
        is_moved = is_moved or Path(entry.folder) != store.path.absolute().parent
    if known is not None and is_moved:
        yield (
            f"The recording was {known.name} in {known.folder} when it was last opened:"
            " its content is the same."
        )
    if store.file is not None and store.is_writable and (known is None or is_moved):
        store.file.add_recording(entry, author)


def _import_lights(scorings: LayeredSession, recording: Recording) -> tuple[str, ...]:
    """Begin with the recording's own lights marks, as an edit."""
    session = scorings.active
    lights, said = own_lights(recording, session.n_epochs)
    session.import_scoring(lights, name=OWN_LIGHTS, of_opening=True)
    return said


def _shown_layer(
    scorings: LayeredSession, author: Author, wanted: str | None, view: Mapping[str, Any]
) -> int:
    """Return the number of the layer that is shown on opening."""
    if wanted is not None:
        return scorings.found(wanted).number
    listed = [layer for layer in scorings.layers if not layer.is_hidden]
    own = [layer.number for layer in listed if layer.is_of(author)]
    blind = [number for number in own if scorings.of_number(number).layer.hides_others]
    last = last_layers(view).get(author.user)
    known = [last] if last in [layer.number for layer in listed] else []
    return [FIRST, *own, *known, *blind][-1]
