"""Draws the pictures of the README: the window with a synthetic night, scored in part.

python tests/screenshots/make_screenshots.py resources/screenshots
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from sleepscorer.core.stages import Stage
from sleepscorer.gui.choices import AutoScoringChoice
from sleepscorer.gui.look.appearance import apply_theme
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.simulated_files import write_simulated_night
from sleepscorer.simulation.night import simulate_night

_SHOTS = (
    ("window_light.png", "light", (1920, 1080), "review"),
    ("window_dark.png", "dark", (1920, 1080), "epoch"),
    ("window_small.png", "light", (1366, 768), "statistics"),
)
_PATIENCE_S = 120.0
_SETTLED_S = 3.0


def main() -> None:
    """Make every picture."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication([])
    with tempfile.TemporaryDirectory() as scratch:
        night = Path(scratch) / "demo_night.edf"
        write_simulated_night(simulate_night(hours=8, seed=1), night)
        settings = SettingsFile(Path(scratch) / "settings.json")
        settings.set(show_help_at_start=False)
        window = MainWindow(settings)
        window.show()
        window.open_path(night)
        _wait(application, lambda: window.workspace is not None)
        _score(application, window)
        for name, theme, (width, height), panel in _SHOTS:
            settings.set(theme=theme)
            apply_theme(application, window.theme)
            window.resize(width, height)
            window.show_panel(panel)
            if panel == "epoch":
                _explain(application, window)
            window.notices.clear()
            _settle(application)
            window.grab().save(str(folder / name))
            print(folder / name)
        window.close()


def _score(application: QApplication, window: MainWindow) -> None:
    """Let the machine stage the night, and a person correct a few epochs."""
    window.auto_scorer.start(window.document, AutoScoringChoice())
    _wait(application, lambda: window.document.session.machine is not None)
    model = window.workspace.model
    uncertain = window.document.session.machine.confidence.argsort()[:30]
    for epoch in uncertain:
        model.score_epochs([int(epoch)], Stage.N1 if epoch % 3 else Stage.N2)
    model.select_epoch(523)


def _explain(application: QApplication, window: MainWindow) -> None:
    """Tint the traces where the network saw the stage."""
    window.actions_of["view.explanation"].trigger()
    explainer = window.workspace.explainer
    _wait(application, lambda: explainer.explanation is not None)


def _wait(application: QApplication, done: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > _PATIENCE_S:
            raise TimeoutError("the window did not get there")
        application.processEvents()
        time.sleep(0.01)


def _settle(application: QApplication) -> None:
    began = time.monotonic()
    _wait(application, lambda: time.monotonic() - began > _SETTLED_S)


if __name__ == "__main__":
    main()
