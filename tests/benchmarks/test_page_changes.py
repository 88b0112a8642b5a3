"""Page change to painted pixels on a 10-h night of 30 channels, beside mne-qt-browser.

Prints; judges nothing but growth. Run alone on two cores: ``python -m pytest tests/benchmarks -s``.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from sleepscorer.analysis.display import DisplayFilter, DisplayMontage, DisplayTrace
from sleepscorer.analysis.filters import AASM_FILTERS
from sleepscorer.core.derivation import as_stored
from sleepscorer.core.edits import Author
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import Stage
from sleepscorer.files.recordings import open_recording
from sleepscorer.gui.look.theme import LIGHT
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.traces.signal_view import SignalView
from sleepscorer.simulated_files import write_simulated_night
from sleepscorer.simulation.channels import ChannelKind, ChannelSpec, derivations
from sleepscorer.simulation.night import simulate_night

WIDTH, HEIGHT = 1920, 1080
ROUNDS = 60
SOAK_PAGES, SOAK_CALLS = 2_000, 20_000
FAST = (
    *derivations("F4-M1", "F3-M2", "C4-M1", "C3-M2", "O2-M1", "O1-M2", sampling_rate_hz=500),
    *derivations("E1-M2", "E2-M2", "Fz-Cz", "Pz-Oz", sampling_rate_hz=500),
    ChannelSpec("Chin1-Chin2", 500, ChannelKind.CHIN),
    ChannelSpec("ECG", 500, ChannelKind.ECG),
    ChannelSpec("LAT", 500, ChannelKind.LEG_LEFT),
    ChannelSpec("RAT", 500, ChannelKind.LEG_RIGHT),
)
SLOW = (
    *derivations("Fp1-M2", "Fp2-M1", "F7-M2", "F8-M1", "T3-M2", "T4-M1", sampling_rate_hz=100),
    *derivations("P3-M2", "P4-M1", sampling_rate_hz=100),
    ChannelSpec("Snore", 100, ChannelKind.SNORE),
    ChannelSpec("Flow", 100, ChannelKind.FLOW),
    ChannelSpec("Thor", 100, ChannelKind.THORAX),
    ChannelSpec("Abdo", 100, ChannelKind.ABDOMEN),
    ChannelSpec("SpO2", 100, ChannelKind.SPO2),
    ChannelSpec("Pulse", 100, ChannelKind.PULSE),
    ChannelSpec("Pos", 100, ChannelKind.POSITION),
    ChannelSpec("Nasal", 100, ChannelKind.FLOW),
)


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """SLEEPSCORER_BENCHMARK_NIGHT saves making it again."""
    if "SLEEPSCORER_BENCHMARK_NIGHT" in os.environ:
        return Path(os.environ["SLEEPSCORER_BENCHMARK_NIGHT"])
    path = tmp_path_factory.mktemp("benchmark") / "night.edf"
    write_simulated_night(simulate_night(hours=10, seed=7, channels=FAST + SLOW), path)
    return path


class Paints(QObject):
    """Counts the paint events of a widget."""

    def __init__(self, widget):
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched, event):
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


def opened(path):
    recording = open_recording(path)
    channels = [as_stored(signal, recording) for signal in recording.signals]
    heights = {"ecg": 2000.0, "eeg": 200.0, "eog": 300.0, "emg": 100.0}
    traces = tuple(
        DisplayTrace(
            channel,
            AASM_FILTERS.get(channel.kind, DisplayFilter()),
            height_uv=heights.get(channel.kind, 100.0),
        )
        for channel in channels
    )
    session = ScoringSession(
        recording.n_epochs, MemoryJournal(), author=Author("benchmark", "here")
    )
    model = SessionModel(recording, session, DisplayMontage("all", traces))
    view = SignalView(model, LIGHT)
    view.resize(WIDTH, HEIGHT)
    view.show()
    paints = Paints(view.canvas)
    wait_for(lambda: view.is_current and paints.count)
    return model, view, paints


def wait_for(condition, limit_s=20.0):
    """Run the event loop as the program does: asleep, without Python's lock, between events."""
    began = time.perf_counter()
    while not condition():
        QApplication.instance().processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if time.perf_counter() - began > limit_s:
            raise TimeoutError


def pause(seconds):
    """Let the program idle; QTest.qWait would keep Python's lock and stop the reader."""
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), loop.quit)
    loop.exec()


def changes_ms(view, paints, change, *, rounds, pause_s):
    """(rounds,) ms from a change to the pixels of its page."""
    times = []
    for number in range(rounds):
        pause(pause_s)
        painted_at = paints.count
        began = time.perf_counter()
        change(number)
        while not view.is_current or paints.count == painted_at:
            if not view.is_current:
                painted_at = paints.count
            QApplication.instance().processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        times.append(1e3 * (time.perf_counter() - began))
    return np.array(times)


def shown(times):
    return f"p50 {np.percentile(times, 50):6.1f} ms  p95 {np.percentile(times, 95):6.1f} ms"


def page_changes(path, page_s, *, pause_s, rounds=ROUNDS):
    """Page forward through pages that were not read before, but for the few read ahead."""
    model, view, paints = opened(path)
    model.set_page_length(page_s)
    wait_for(lambda: view.is_current)
    pause(1.0)
    n_pages = int(model.recording.duration_s // page_s)
    times = changes_ms(
        view,
        paints,
        lambda _: model.turn_page(1),
        rounds=min(rounds, n_pages - 2),
        pause_s=pause_s,
    )
    view.stop()
    view.close()
    QApplication.instance().processEvents()
    return times


def mne_page_changes(path):
    mne = pytest.importorskip("mne")
    pytest.importorskip("mne_qt_browser")
    raw = mne.io.read_raw_edf(path, preload=False, verbose="error")
    with mne.viz.use_browser_backend("qt"):
        browser = raw.plot(
            duration=30, n_channels=30, show=False, block=False, precompute=False, verbose="error"
        )
    browser.resize(WIDTH, HEIGHT)
    browser.show()
    paints = Paints(browser.mne.view.viewport())
    pause(2.0)
    times = []
    for number in range(ROUNDS):
        pause(0.1)
        start_s = 6000.0 + 30.0 * number
        before, began = paints.count, time.perf_counter()
        browser.mne.plt.setXRange(start_s, start_s + 30.0, padding=0)
        while paints.count == before:
            QApplication.instance().processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        times.append(1e3 * (time.perf_counter() - began))
    browser.close()
    pause(0.2)
    return np.array(times)


@pytest.mark.filterwarnings("ignore")
def test_page_changes_beside_mne_qt_browser(night, qapp, capsys):
    rows = {}
    for page_s in (30, 300, 600):
        for pause_s in (0.3, 0.0):
            rows[page_s, pause_s] = page_changes(night, page_s, pause_s=pause_s)
    model, view, paints = opened(night)
    generator = np.random.default_rng(1)
    jumps = changes_ms(
        view,
        paints,
        lambda _: model.select_epoch(int(generator.integers(model.n_epochs))),
        rounds=ROUNDS,
        pause_s=0.1,
    )
    view.stop()
    view.close()
    theirs = mne_page_changes(night)
    with capsys.disabled():
        print(
            f"\n10 h, 30 channels with filters, {WIDTH}x{HEIGHT}, {os.cpu_count()} CPUs,"
            f" page change to painted pixels, {ROUNDS} each"
        )
        for (page_s, pause_s), times in rows.items():
            pace = "three a second" if pause_s else "without a pause"
            print(f"  {page_s:3d}-s page, {pace:<15} {shown(times)}")
        print(f"   30-s page, jumps at random {shown(jumps)}")
        print(f"  mne-qt-browser, 30 s        {shown(theirs)} (unfiltered)")
        ours = rows[30, 0.3]
        print(
            f"  mne-qt-browser / sleepscorer: {np.median(theirs) / np.median(ours):.1f} (median),"
            f" {np.median(theirs) / np.median(jumps):.1f} at random jumps"
        )
        for page_s in (300, 600):
            for pause_s, pace in ((0.3, "three a second"), (0.0, "without a pause")):
                ratio = np.median(rows[page_s, pause_s]) / np.median(rows[30, pause_s])
                print(f"  {page_s}-s / 30-s page, {pace}: {ratio:.2f}")


def anonymous_mib():
    """Anonymous resident memory of this process."""
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("RssAnon is known on Linux only")
    line = next(row for row in status.read_text().splitlines() if row.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


def test_memory_while_paging_through_the_night(night, capsys):
    script = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]);"
        "import test_page_changes as b; b.page_through(pathlib.Path(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(Path(__file__).parent), str(night)],
        capture_output=True,
        text=True,
        check=True,
    )
    with capsys.disabled():
        print(f"\n{done.stdout.strip()}")


def page_through(path):
    """Page through the night once and print the most anonymous memory seen."""
    application = QApplication([])
    began_mib = anonymous_mib()
    model, view, _ = opened(path)
    most = anonymous_mib()
    for page_s in (30, 300):
        model.set_page_length(page_s)
        model.select_epoch(0)
        for _ in range(int(model.recording.duration_s // page_s)):
            model.turn_page(1)
            wait_for(lambda: view.is_current)
            most = max(most, anonymous_mib())
    view.stop()
    application.processEvents()
    print(
        f"RssAnon {began_mib:.0f} MiB with the modules loaded,"
        f" at most {most:.0f} MiB paging through 10 h at 30 and 300 s"
    )


def test_soak(night, qapp, capsys):
    """2,000 page changes and 20,000 Qt calls end without growth or crash."""
    model, view, _ = opened(night)

    def turn(number):
        model.select_epoch(number * 7 % model.n_epochs)
        wait_for(lambda: view.is_current)

    for number in range(300):
        turn(number)
    before_mib = anonymous_mib()
    for number in range(SOAK_PAGES):
        turn(300 + number)
        for call in range(SOAK_CALLS // SOAK_PAGES):
            view.setEnabled(call % 2 == 0)
        if number % 20 == 0:
            model.score(Stage(number // 20 % 5), advance=False)
    after_mib = anonymous_mib()
    view.stop()
    view.close()
    with capsys.disabled():
        print(
            f"\n{SOAK_PAGES} page changes and {SOAK_CALLS} Qt calls:"
            f" RssAnon {before_mib:.0f} to {after_mib:.0f} MiB"
        )
    assert after_mib - before_mib < 30
