"""Remembers where the sessions of a recording lie, so that no second one is begun unnoticed."""

import json
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from platformdirs import user_state_path

from sleepscorer.core.json_files import read_json
from sleepscorer.files.sessions.fingerprint import Fingerprint
from sleepscorer.paths import make_private_folder

_MOST = 8
_MOST_BYTES = 1_000_000


class SessionPlaces:
    """Paths of sessions by the content of their recording; kept for this person on this machine.

    A file for each recording: two programs never write to the same one for different recordings.

    Parameters
    ----------
    folder
        Where they are kept; None takes the person's own folder for such things.
    """

    def __init__(self, folder: Path | None = None) -> None:
        own = user_state_path("sleepscorer", appauthor=False) / "sessions"
        self._folder = own if folder is None else folder

    def of(self, fingerprint: Fingerprint) -> tuple[Path, ...]:
        """Return where sessions of this recording were, the one opened last first."""
        try:
            names = read_json(self._file(fingerprint), most_bytes=_MOST_BYTES)
        except (OSError, ValueError):
            return ()
        if not isinstance(names, list):
            return ()
        return tuple(Path(name) for name in names if isinstance(name, str))

    def add(self, fingerprint: Fingerprint, session_path: Path) -> None:
        """Remember where a session is; a disk that refuses is no reason not to score."""
        path = session_path.absolute()
        rest = [one for one in self.of(fingerprint) if one != path]
        text = json.dumps([str(one) for one in (path, *rest)][:_MOST])
        part = self._folder / f".{secrets.token_hex(8)}.part"
        with suppress(OSError):
            make_private_folder(self._folder)
            part.touch(mode=0o600)
            part.write_text(text, encoding="ascii")
            part.replace(self._file(fingerprint))

    def forget(self) -> None:
        """Remember nothing any more."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, fingerprint: Fingerprint) -> Path:
        return self._folder / f"{fingerprint.size_bytes}-{fingerprint.head_sha256[:32]}.json"
