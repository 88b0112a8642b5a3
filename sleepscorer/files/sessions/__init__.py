"""Session files: every edit of a scoring, stored before it is shown."""

from sleepscorer.files.sessions.file import SUFFIX, RecordingEntry, StoredSession, session_stem
from sleepscorer.files.sessions.fingerprint import Fingerprint, fingerprint_of, sha256_of
from sleepscorer.files.sessions.places import SessionPlaces
from sleepscorer.files.sessions.store import (
    SessionStore,
    difference,
    entry_of,
    holds_edits_of,
    open_store,
    places_of,
    session_path_for,
)

__all__ = [
    "SUFFIX",
    "Fingerprint",
    "RecordingEntry",
    "SessionPlaces",
    "SessionStore",
    "StoredSession",
    "difference",
    "entry_of",
    "fingerprint_of",
    "holds_edits_of",
    "open_store",
    "places_of",
    "session_path_for",
    "session_stem",
    "sha256_of",
]
