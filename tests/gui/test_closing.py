"""However the program ends, amid whatever work: it ends cleanly, and soon."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from real_window import write_night

from sleepscorer.session_documents import current_author, open_document

_PROGRAM = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from sleepscorer.files.sessions import fingerprint
from sleepscorer.gui import app
from sleepscorer.gui.jobs import keeping as open_document
from sleepscorer.gui.choices import AutoScoringChoice
from sleepscorer.pipeline import Destination
from sleepscorer.gui.jobs.explaining import MEASURING
from sleepscorer.gui.main_window import MainWindow

when, how, path = sys.argv[1], sys.argv[2], Path(sys.argv[3])
open_document._CHECK_AFTER_MS = 0 if when == "hashing" else 60_000
fingerprint._BLOCK_BYTES = 64 if when == "hashing" else 1 << 20
application = QApplication(["sleepscorer"])
begun = False

def look():
    global begun
    window = next((w for w in application.topLevelWidgets() if type(w) is MainWindow), None)
    if window is None:
        return
    running = {task.title for task in window.tasks.running}
    if when == "opening" and f"Opening {path.name}" in running:
        end(window)
    elif when == "error" and window.notices.texts:
        end(window)
    elif window.workspace is None:
        return
    elif when == "shown":
        end(window)
    elif when == "form" and window.dialogs.dialog is None:
        window.dialogs.fill_report_form()
        window.dialogs.dialog._fields["comment"].box.setPlainText("typed")
        QTimer.singleShot(100, lambda: end(window))
    elif when == "hashing" and "Checking the recording" in running:
        end(window)
    elif when == "explaining" and MEASURING in running:
        end(window)
    elif when == "explaining" and window.document.session.machine is not None:
        window.workspace.explainer.set_shown(True)
    elif when in ("staging", "explaining") and not begun:
        begun = True
        window.auto_scorer.start(window.document, AutoScoringChoice(device="cpu"))
    elif when == "staging" and "Auto-scoring" in running:
        QTimer.singleShot(700, lambda: end(window))
    elif when == "exporting" and not begun:
        begun = True
        choice = Destination(path.parent / "out", ("edf", "csv", "xlsx", "json"), False)
        window.exporter.start(window.document, choice, scored=())
        QTimer.singleShot(60, lambda: end(window))

def end(window):
    timer.stop()
    if how == "close":
        window.exporter.cancel()
        window.close()
    elif how == "quit":
        window.exporter.cancel()
        QApplication.quit()
    else:
        os.kill(os.getpid(), signal.SIGTERM if how == "terminate" else signal.SIGINT)

timer = QTimer()
timer.timeout.connect(look)
timer.start(1)
sys.exit(app.run_window(path))
"""


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("night")
    names = ("F4-M1", "C4-M1", "E1-M2")
    return write_night(folder / "night.edf", *names, hours=2.0, sampling_rate_hz=128)


@pytest.mark.parametrize("how", ["close", "terminate"])
@pytest.mark.parametrize(
    "when",
    ["opening", "error", "shown", "form", "hashing", "staging", "explaining", "exporting"],
)
def test_the_program_ends_cleanly(tmp_path, night, when, how):
    path = tmp_path / "night.edf"
    path.write_bytes(b"nothing" if when == "error" else night.read_bytes())
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _PROGRAM, when, how, str(path)],
        capture_output=True,
        text=True,
        env=os.environ | {"QT_LOGGING_RULES": "*.debug=false"},
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    log = next((tmp_path / "own").rglob("sleepscorer.log"))
    said = [line for line in log.read_text().splitlines() if "propagateSizeHints" not in line]
    assert [line for line in said if "plugin does not support" not in line] == []
    out = tmp_path / "out"
    written = sorted(file.name for file in out.iterdir()) if out.is_dir() else []
    assert len(written) in (0, 4), written
    assert not [name for name in written if name.startswith(".")]
    if when != "error":
        document = open_document(path, author=current_author())
        assert (document.held_by, document.session.read_only) == (None, False)
        assert document.session.form.comment == ("typed" if when == "form" else "")
        document.close()
