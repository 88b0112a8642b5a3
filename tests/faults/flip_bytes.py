"""Changes single bytes of a session file, and looks what is made of it.

    python tests/faults/flip_bytes.py --flips 1000 --seed 1

What is opened must hold what was stored, or it is refused or said in words.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from scored_night import (
    ANNA,
    change_layers_somehow,
    edit_somehow,
    told_of,
    write_night,
)

from sleepscorer.core.errors import SessionError
from sleepscorer.core.layers import FIRST
from sleepscorer.core.report_form import Person, ReportForm
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.stages import Stage
from sleepscorer.session_documents import open_document

SAME, FROM_COPY, REFUSED, TOLD, SILENT, BUG = (
    "the same content",
    "the same, by the backup, and told",
    "refused in words",
    "another content, and told",
    "another content in SILENCE",
    "another exception",
)
N_EDITS = 80
_SHARE_OF_LAYERS = 0.1


def write_session(folder: Path) -> Path:
    """Score a night in all ways there are, and return its session."""
    folder.mkdir(parents=True)
    document = open_document(write_night(folder / "night.edf"), author=ANNA)
    chance = random.Random(5)
    while len(document.session.edits_of_all) < N_EDITS:
        if not document.session.is_own or chance.random() < _SHARE_OF_LAYERS:
            change_layers_somehow(document, chance)
        else:
            edit_somehow(document.session, chance)
    if not document.session.is_own:
        document.switch_layer(FIRST)
    document.session.set_form(ReportForm(Person("Erika", height_cm=170), "fine"))
    document.session.sign("Anna Meier", Meaning.SCORED)
    document.session.unlock("one more epoch")
    document.verify_fingerprint()
    document.save_view({"epoch": 7, "montage": "AASM", "channels": ["C4-M1"]})
    path = document.session_path
    document.close()
    return path


def content_of(document) -> tuple:
    """Return all that a session holds, to be compared."""
    stored = document._store.file.read()
    arrays = [
        (made.provenance, *(np.asarray(part).tobytes() for part in _parts(made)))
        for made in (*stored.stagings, *stored.others)
    ]
    sessions = [document.scorings.of_number(layer.number) for layer in document.layers]
    last = stored.edits[:N_EDITS]
    return (
        stored.edits[:N_EDITS],
        arrays,
        stored.recording.fingerprint,
        (stored.recording.name, stored.recording.n_epochs, stored.recording.start),
        stored.view,
        stored.signing,
        stored.layers,
        [told_of(last[-1], session.state) for session in sessions if last],
    )


def _parts(made):
    hierarchy = () if made.hierarchy is None else (made.hierarchy,)
    return (made.probabilities, made.confidence, made.faults, made.unsound, *hierarchy)


def run(n_flips: int, seed: int, folder: Path) -> tuple[Counter, list[str]]:
    """Flip and open; return how often what happened, and where it was not right."""
    chance, counts, bad = random.Random(seed), Counter(), []
    session = write_session(folder / "whole")
    night = session.with_name("night.edf")
    whole = session.read_bytes()
    document = open_document(session, author=ANNA, read_only=True)
    expected = content_of(document)
    document.close()
    for number in range(n_flips):
        place, flip = chance.randrange(len(whole)), chance.randrange(1, 256)
        way = ("read", "write", "write, with a backup")[number % 3]
        flipped = folder / "flipped"
        flipped.mkdir()
        content = bytearray(whole)
        content[place] ^= flip
        Path(flipped, session.name).write_bytes(content)
        shutil.copy(night, flipped)
        if "backup" in way:
            shutil.copy(session.with_name(f".{session.name}-backup"), flipped)
        try:
            found = _opened(flipped / session.name, way, expected)
        except SessionError:
            found = REFUSED
        except Exception:  # noqa: BLE001 - this is what is looked for
            found = BUG
            traceback.print_exc()
        counts[found] += 1
        if found in (SILENT, BUG):
            bad.append(f"{found}: byte {place} ^ {flip:#04x} ({way})")
        shutil.rmtree(flipped)
    return counts, bad


def _opened(path: Path, way: str, expected: tuple) -> str:
    document = open_document(path, author=ANNA, read_only=way == "read")
    is_copy = bool(document.copy_problem)
    try:
        is_same, is_told = content_of(document) == expected, bool(document.problems)
        is_writable = not document.session.read_only
        if is_writable:
            document.session.score([0], Stage.N1)
            document.session.score([0], Stage.N2)
    finally:
        document.close()
    if is_same and is_writable:
        # What was written after must not have harmed what was there.
        again = open_document(path, author=ANNA, read_only=True)
        n_edits = len(again.session.edits_of_all)
        is_same = content_of(again)[:-1] == expected[:-1] and n_edits > N_EDITS
        again.close()
    if is_same:
        return FROM_COPY if is_copy else SAME
    return TOLD if is_told else SILENT


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        counts, bad = run(options.flips, options.seed, Path(folder))
    for name in (SAME, FROM_COPY, REFUSED, TOLD, SILENT, BUG):
        print(f"{name:36} {counts[name]}")
    print(*bad, f"{'seconds':36} {time.monotonic() - begun:.0f}", sep="\n")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
