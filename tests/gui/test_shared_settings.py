"""The settings of a laboratory in one file: saved, looked at, loaded on another computer."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QListWidget, QPushButton
from real_window import dialog_of, press

from sleepscorer.analysis.display import DisplayFilter
from sleepscorer.analysis.laboratory import KindDefaults, Laboratory
from sleepscorer.analysis.montage_presets import MontagePreset, TraceRule
from sleepscorer.files.montages import load_presets, preset_text, save_preset
from sleepscorer.gui.dialogs.settings_loading import SettingsLoadingDialog
from sleepscorer.gui.jobs.shared_settings import NEVER_SHARED, SHARED
from sleepscorer.gui.settings import Settings, SettingsFile

_ALT = Qt.KeyboardModifier.AltModifier
_LABORATORY = Laboratory(50.0, {"eeg": KindDefaults(low_hz=0.5, height_uv=150.0)})
_PRESET = MontagePreset("Ours", (TraceRule(wants=("C4-M1",), filter=DisplayFilter(1.0, 30.0)),))


@pytest.fixture
def file(tmp_path, monkeypatch) -> Path:
    """The file that a person chooses whenever one is asked for."""
    path = tmp_path / "lab.json"
    for ask in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, ask, lambda *_: (str(path), ""))
    return path


def _write(path: Path, *, version: int = 1, montages=(), **settings) -> None:
    content = {"sleepscorer_settings": version, "settings": settings, "montages": list(montages)}
    path.write_text(json.dumps(content))


def _load(qtbot, window) -> SettingsLoadingDialog:
    window.actions_of["edit.load_settings"].trigger()
    return dialog_of(qtbot, window, SettingsLoadingDialog)


def _lines(dialog) -> list[str]:
    rows = dialog.findChild(QListWidget)
    return [rows.item(row).text() for row in range(rows.count())]


def _own_presets() -> list[str]:
    return [preset.name for preset in load_presets() if preset.path is not None]


def test_each_setting_is_shared_or_never_shared():
    assert set(SHARED) | NEVER_SHARED == {one.name for one in fields(Settings)}
    assert not set(SHARED) & NEVER_SHARED


def test_a_saved_file_holds_nothing_personal(qtbot, window, file, tmp_path):
    window.settings.set(
        scorer="Ada Lovelace",
        recent_files=(str(tmp_path / "Patient Smith.edf"),),
        export_folder=str(tmp_path / "private"),
        screen_mm_per_px=0.25,
        laboratory=_LABORATORY,
        own_keys={"event.delete": ("Backspace",)},
    )
    save_preset(_PRESET)
    window.actions_of["edit.save_settings"].trigger()
    qtbot.waitUntil(file.exists)
    qtbot.waitUntil(lambda: window.status.message == "The settings are saved in lab.json")
    text = file.read_text("utf-8")
    assert not re.search("Ada|Smith|private|0.25|" + re.escape(str(tmp_path)), text)
    content = json.loads(text)
    assert set(content["settings"]) == set(SHARED)
    assert content["montages"] == [preset_text(_PRESET)]


def test_settings_go_to_another_computer_by_one_file(qtbot, window, file):
    keys = {"event.delete": ("Backspace",)}
    window.settings.set(theme="dark", laboratory=_LABORATORY, own_keys=keys, scorer="Ada")
    path = save_preset(_PRESET)
    window.actions_of["edit.save_settings"].trigger()
    qtbot.waitUntil(file.exists)
    qtbot.waitUntil(lambda: window.status.message.startswith("The settings are saved"))
    # The other computer: nothing set, no montages.
    path.unlink()
    window.settings.set(theme="light", laboratory=Laboratory(), own_keys={}, scorer="Grace")
    dialog = _load(qtbot, window)
    assert _lines(dialog) == [
        "Colours: light → dark",
        "Mains frequency: not set → 50 Hz",
        "EEG: 0.3-35 Hz, 200 µV → 0.5-35 Hz, 150 µV",
        "Delete the chosen event: Del → Backspace",
        "Montage “Ours”: new",
    ]
    press(qtbot, window, "l", _ALT)
    qtbot.waitUntil(lambda: window.settings.now.theme == "dark")
    now = window.settings.now
    assert (now.laboratory, now.own_keys, now.scorer) == (_LABORATORY, keys, "Grace")
    assert _own_presets() == ["Ours"]
    assert window.status.message == "The settings of lab.json are in force"


def test_cancel_changes_nothing(qtbot, window, file):
    _write(file, theme="dark", montages=[preset_text(_PRESET)])
    dialog = _load(qtbot, window)
    press(qtbot, window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert (window.settings.now.theme, _own_presets()) == ("light", [])


def test_what_is_the_same_already_is_said_and_can_not_be_loaded(qtbot, window, file):
    save_preset(_PRESET)
    _write(file, theme="light", montages=[preset_text(_PRESET)])
    dialog = _load(qtbot, window)
    said = [label.text() for label in dialog.findChildren(QLabel)]
    assert "Loading lab.json would change nothing: its settings are in force already." in said
    (load,) = [b for b in dialog.findChildren(QPushButton) if b.text() == "&Load"]
    assert not load.isEnabled()
    dialog.reject()


def test_unknown_and_personal_names_are_told_and_left_out(qtbot, window, file):
    keys = {"score.w": ["V"], "video.play": ["F"]}
    _write(file, theme="dark", own_keys=keys, scorer="Mallory", of_a_fork=1)
    dialog = _load(qtbot, window)
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for name in ("“scorer”", "“of_a_fork”", "“video.play”"):
        assert name in said
    dialog.accept()
    qtbot.waitUntil(lambda: window.settings.now.theme == "dark")
    now = window.settings.now
    assert (now.scorer, now.own_keys) == ("", {"score.w": ("V",)})


@pytest.mark.parametrize(
    ("values", "montages", "said"),
    [
        ({"theme": "pink"}, (), "Colours: there is no 'pink'"),
        ({"page_length_s": 31}, (), "Page, seconds: there is no 31"),
        ({"page_length_s": "30"}, (), "Page, seconds: it can't be '30'"),
        ({"key_profile": "x"}, (), "Profile of keys: there is no 'x'"),
        ({"export_formats": ["edf", "edf"]}, (), "Formats to export: one stands twice"),
        ({"own_keys": {"edit.undo": "Ctrl+J"}}, (), "the keys of an action are no list"),
        ({"own_keys": {"edit.undo": ["Ctrl+J"] * 21}}, (), "an action can have 20 keys"),
        ({"montage": "x" * 1001}, (), "longer than 1000 letters"),
        ({"export_formats": ["fax"]}, (), "Formats to export: there is no 'fax'"),
        ({"laboratory": {"mains_hz": 55}}, (), "the mains have 50 or 60 Hz, not 55"),
        ({"own_keys": {"score.w": ["Nonsense+"]}}, (), "the keys of 'score.w' are none"),
        ({"own_keys": {"score.w": ["V"], "score.r": ["V"]}}, (), "key V is given to two actions"),
        ({"theme": "dark"}, ("name = 1",), "name must be a text"),
        ({"theme": "dark"}, ("x [",), "not valid TOML"),
        ({"theme": "dark"}, 2 * (preset_text(_PRESET),), "two montages are called 'Ours'"),
        (
            {"theme": "dark"},
            (preset_text(MontagePreset("All signals", _PRESET.rules)),),
            "name of a built-in montage",
        ),
    ],
)
def test_a_file_with_anything_wrong_in_it_changes_nothing(
    qtbot, window, file, values, montages, said
):
    before = window.settings.now
    _write(file, montages=montages, **({"score_on_opening": True} | values))
    window.actions_of["edit.load_settings"].trigger()
    qtbot.waitUntil(lambda: bool(window.notices.texts))
    assert said in window.notices.texts[0]
    assert str(file) in window.notices.texts[0]
    assert window.dialogs.dialog is None
    assert (window.settings.now, _own_presets()) == (before, [])


def test_a_file_of_a_newer_version_is_refused_with_what_to_do(qtbot, window, file):
    _write(file, version=2, theme="dark")
    window.actions_of["edit.load_settings"].trigger()
    qtbot.waitUntil(lambda: bool(window.notices.texts))
    assert "a newer version of sleepscorer wrote these settings" in window.notices.texts[0]
    assert "install the newer version here too" in window.notices.texts[0]


def test_where_a_montage_can_not_be_written_nothing_is_changed(
    qtbot, window, file, monkeypatch, tmp_path
):
    _write(file, theme="dark", montages=[preset_text(_PRESET)])
    dialog = _load(qtbot, window)
    in_the_way = tmp_path / "no_folder"
    in_the_way.write_text("")
    monkeypatch.setattr(
        "sleepscorer.files.montages.presets.user_folder", lambda: in_the_way / "montages"
    )
    dialog.accept()
    qtbot.waitUntil(lambda: bool(window.notices.texts))
    assert window.settings.now.theme == "light"


def test_what_a_file_holds_is_shown_as_it_is_and_in_lines_of_its_own(qtbot, window, file):
    named = "<b>bold</b>\nMontage “Ours”: new"
    _write(
        file, montage=named, **{"<i>more</i>": 1, "x" * 300: 2, **{f"k{i}": i for i in range(20)}}
    )
    dialog = _load(qtbot, window)
    (line,) = _lines(dialog)
    assert line == f"Montage of new recordings: none → {named.replace(chr(10), chr(0xFFFD))}"
    labels = dialog.findChildren(QLabel)
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
    left_out = labels[-1].text()
    assert "<i>more</i>" in left_out
    assert left_out.endswith("; 12 more.")
    assert dialog.minimumSizeHint().width() <= 640


def test_no_file_makes_settings_that_can_not_be_read_again(qtbot, tmp_path):
    path, said = tmp_path / "settings.json", []
    settings = SettingsFile(path)
    settings.set(scorer="Ada")
    settings.not_saved.connect(said.append)
    settings.set(montage="x" * 1_000_000)
    assert SettingsFile(path).now.scorer == "Ada"
    assert said == [f"{path}: the settings could not be saved: they are longer than 1000000 bytes"]
