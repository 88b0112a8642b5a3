"""Session files: every edit of a scoring, stored before it is shown."""

from sleepscorer.files.sessions.contents import RecordingEntry, StoredSession
from sleepscorer.files.sessions.copies import (
    SessionCopy,
    backup_path,
    begin_anew,
    newer_backup,
    newest_copy,
    use_copy,
)
from sleepscorer.files.sessions.database import SessionDamaged
from sleepscorer.files.sessions.file import SUFFIX, replay_in_words, session_stem
from sleepscorer.files.sessions.fingerprint import (
    Fingerprint,
    file_states,
    fingerprint_of,
    sha256_of,
)
from sleepscorer.files.sessions.measures import KeptMeasures, Measures
from sleepscorer.files.sessions.places import SessionPlaces
from sleepscorer.files.sessions.store import (
    SessionStore,
    difference,
    entry_of,
    holds_edits_of,
    is_damaged,
    open_copy,
    open_store,
    places_of,
    read_session,
    session_names,
    session_path_for,
)

__all__ = [
    "SUFFIX",
    "Fingerprint",
    "KeptMeasures",
    "Measures",
    "RecordingEntry",
    "SessionCopy",
    "SessionDamaged",
    "SessionPlaces",
    "SessionStore",
    "StoredSession",
    "backup_path",
    "begin_anew",
    "difference",
    "entry_of",
    "file_states",
    "fingerprint_of",
    "holds_edits_of",
    "is_damaged",
    "newer_backup",
    "newest_copy",
    "open_copy",
    "open_store",
    "places_of",
    "read_session",
    "replay_in_words",
    "session_names",
    "session_path_for",
    "session_stem",
    "sha256_of",
    "use_copy",
]
