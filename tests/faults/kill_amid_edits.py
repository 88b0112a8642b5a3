"""Kills a program amid its edits, again and again, and looks whether anything was lost.

    python tests/faults/kill_amid_edits.py --kills 1000 --seed 1

A process opens a recording with its session, edits, signs and unlocks in several scorings of it,
begins some, closes it and opens it again, and tells each edit, signature and scoring that was done.
It is killed at a random moment. What it told must be in the session, in this order, and at most one
edit more: the one that was stored and not told any more. No signature that stands may count as
broken.
"""

import argparse
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from scored_night import (
    ANNA,
    change_layers_somehow,
    edit_somehow,
    sign_somehow,
    state_after,
    told_of,
    told_of_layers,
    told_of_signing,
    write_night,
)

from sleepscorer.core.layers import Layers
from sleepscorer.core.signing import Signing
from sleepscorer.files.sessions import StoredSession
from sleepscorer.session_documents import Document, open_document

_KILLS_PER_SESSION = 25
_MOST_EDITS = 16
_LONGEST_S = 0.03
# Amid the opening, which makes the session and its lock.
_SHARE_ON_OPENING = 0.2
_SHARE_OF_SIGNING = 0.2
_SHARE_OF_LAYERS = 0.15
_PATIENCE_S = 20.0


def run(n_kills: int, seed: int, folder: Path) -> Counter:
    """Kill and look; return how often what happened."""
    chance, counts = random.Random(seed), Counter()
    told: list[str] = []
    night = folder / "night.edf"
    for number in range(n_kills):
        if number % _KILLS_PER_SESSION == 0:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            write_night(night)
            told = []
        said = _killed(night, chance)
        counts["kills"] += 1
        counts["failed by themselves"] += any(line.startswith("!") for line in said)
        for line in said:
            if line.startswith("!"):
                print(line, file=sys.stderr)
        told += [line for line in said if line[0].isdigit()]
        counts["edits told"] += sum(line[0].isdigit() for line in said)
        counts["killed before the first edit"] += not any(line[0].isdigit() for line in said)
        signed = [line for line in said if line.startswith("+")]
        counts["signatures and forms told"] += len(signed)
        told = _looked_at(night, told, counts)
        if signed:
            counts["LOST"] += not _is_signed(night, signed[-1])
        layered = [line for line in said if line.startswith("*")]
        counts["scorings told"] += len(layered)
        if layered:
            counts["LOST"] += not _are_layers(night, layered[-1])
    return counts


def _killed(night: Path, chance: random.Random) -> list[str]:
    """Let a process edit, kill it, and return the lines it wrote."""
    seed, n_edits = chance.randrange(1 << 30), chance.randrange(1, _MOST_EDITS)
    if chance.random() < _SHARE_ON_OPENING:
        n_edits = 0
    after_s = chance.uniform(0.0, _LONGEST_S)
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        try:
            _edit_on(night, random.Random(seed), writing)
        except BaseException:  # noqa: BLE001 - all that is raised is told
            os.write(writing, f"!{traceback.format_exc()!r}\n".encode()[:4000])
        os._exit(1)
    os.close(writing)
    said = b""
    # So many edits and a moment more, however slow the disk is.
    while said.count(b"\n") < n_edits and select.select([reading], [], [], _PATIENCE_S)[0]:
        line = os.read(reading, 1 << 16)
        if not line:
            break
        said += line
    time.sleep(after_s)
    os.kill(process, signal.SIGKILL)
    with os.fdopen(reading, "rb") as pipe:
        said += pipe.read()
    os.waitpid(process, 0)
    return said.decode().splitlines()


def _edit_on(night: Path, chance: random.Random, writing: int) -> None:
    while True:
        document = open_document(night, author=ANNA)
        if document.session.read_only:
            raise RuntimeError(f"for reading only: {document.problems}, {document.held_by}")
        for _ in range(chance.randrange(1, 12)):
            for line in _done_somehow(document, chance):
                os.write(writing, f"{line}\n".encode())
        document.close()


def _done_somehow(document: Document, chance: random.Random) -> Iterator[str]:
    """Do one thing, and say what stands for it."""
    n_edits = len(document.session.edits_of_all)
    if not document.session.is_own or chance.random() < _SHARE_OF_LAYERS:
        change_layers_somehow(document, chance)
        edits = document.session.edits_of_all
        for edit in edits[n_edits:]:
            yield told_of(edit, state_after(edits, edit))
        yield told_of_layers(_stored(document).layers)
    elif document.session.is_locked or chance.random() < _SHARE_OF_SIGNING:
        sign_somehow(document.session, chance)
        yield told_of_signing(_stored(document).signing)
    elif edit_somehow(document.session, chance):
        yield told_of(document.session.edits[-1], document.session.state)


def _stored(document: Document) -> StoredSession:
    return document._store.file.read()


def _looked_at(night: Path, told: list[str], counts: Counter) -> list[str]:
    """Compare the session with what was told, and return what it holds."""
    try:
        document = open_document(night, author=ANNA)
    except Exception:  # noqa: BLE001 - whatever it is, it is counted
        counts["can't be opened"] += 1
        traceback.print_exc()
        return told
    try:
        edits = document.session.edits_of_all
        counts["for reading only"] += document.session.read_only
        counts["something said on opening"] += bool(document.problems)
        sessions = [document.scorings.of_number(layer.number) for layer in document.layers]
        counts["LOST"] += any(session.signing.broken for session in sessions)
    finally:
        document.close()
    known = len(told)
    held = told[: len(edits)] + [told_of(edit, state_after(edits, edit)) for edit in edits[known:]]
    if known:
        # The last that was told stands for the scoring that all before led to.
        is_there = len(edits) >= known and told[-1] == told_of(
            edits[known - 1], state_after(edits, edits[known - 1])
        )
        counts["LOST"] += not is_there
    counts["LOST"] += [int(line.split()[0]) for line in told] != list(range(1, known + 1))
    counts["stored and not told any more"] += max(len(edits) - known, 0)
    counts["more than one not told"] += len(edits) > known + 1
    return held


def _is_signed(night: Path, told: str) -> bool:
    """Tell whether all signatures and forms are there that were told, and no other before them."""
    document = open_document(night, author=ANNA, read_only=True)
    signing = _stored(document).signing
    document.close()
    n_signatures, n_unlockings, n_forms = map(int, told[1:].split()[:3])
    known = Signing(
        signing.signatures[:n_signatures],
        signing.unlockings[:n_unlockings],
        signing.forms[:n_forms],
    )
    return told_of_signing(known) == told


def _are_layers(night: Path, told: str) -> bool:
    """Tell whether all scorings are there that were told, and no other before them."""
    document = open_document(night, author=ANNA, read_only=True)
    layers = _stored(document).layers
    document.close()
    n_begun, n_marks = map(int, told[1:].split()[:2])
    return told_of_layers(Layers(layers.begun[:n_begun], layers.marks[:n_marks])) == told


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        counts = run(options.kills, options.seed, Path(folder, "nights"))
    for name, count in counts.items():
        print(f"{name:32} {count}")
    print(f"{'seconds':32} {time.monotonic() - begun:.0f}")
    sys.exit(counts["LOST"] + counts["can't be opened"] + counts["failed by themselves"] > 0)


if __name__ == "__main__":
    main()
