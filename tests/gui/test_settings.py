import json
import os
from pathlib import Path

import pytest

from sleepscorer.analysis.laboratory import KindDefaults, Laboratory
from sleepscorer.gui.settings import Settings, SettingsFile, settings_path


def test_settings_are_written_at_once_and_read_again(qapp, tmp_path):
    path = tmp_path / "new" / "settings.json"
    first = SettingsFile(path)
    assert first.now == Settings()
    laboratory = Laboratory(50.0, {"eeg": KindDefaults(low_hz=0.5)})
    first.set(theme="dark", own_keys={"score.w": ("V",)}, export_formats=("edf",))
    first.set(laboratory=laboratory)
    assert SettingsFile(path).now == first.now
    assert SettingsFile(path).now.own_keys == {"score.w": ("V",)}
    assert SettingsFile(path).now.laboratory == laboratory
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.json"]


def test_unknown_keys_raise_in_code_and_stay_in_the_file(qapp, tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"theme": "dark", "of_a_newer_version": [1, 2]}))
    settings = SettingsFile(path)
    with pytest.raises(KeyError, match="no setting 'colour'"):
        settings.set(colour="blue")
    settings.set(device="cpu")
    content = json.loads(path.read_text())
    assert content["of_a_newer_version"] == [1, 2]
    assert (content["theme"], content["device"]) == ("dark", "cpu")


@pytest.mark.parametrize(
    "value",
    [
        {"theme": 1},
        {"laboratory": {"mains_hz": 55}},
        {"recent_files": "a"},
        {"keep_recent_files": 1},
        {"own_keys": {"a": "b"}},
        {"own_keys": {"a": ("\ud800",)}},
        {"scorer": "\ud800"},
        {"screen_mm_per_px": -1.0},
        {"screen_mm_per_px": 1e-300},
        {"screen_mm_per_px": 1e300},
    ],
)
def test_a_value_of_another_type_is_refused_in_code_and_left_out_in_the_file(qapp, tmp_path, value):
    settings = SettingsFile(tmp_path / "settings.json")
    with pytest.raises(TypeError):
        settings.set(**value)
    (tmp_path / "other.json").write_text(json.dumps(value | {"device": "cpu"}))
    read = SettingsFile(tmp_path / "other.json").now
    name = next(iter(value))
    assert read.device == "cpu"
    assert name == "own_keys" or getattr(read, name) == getattr(Settings(), name)


HOSTILE = (
    b"[" * 100_000,
    b'{"x": ' * 900 + b"1" + b"}" * 900,
    b'{"screen_mm_per_px": ' + b"9" * 400 + b"}",
    b'{"page_length_s": ' + b"9" * 5000 + b"}",
    b'{"screen_mm_per_px": NaN}',
    b'{"theme": "dark", "theme": "light"}',
    b" " * 1_000_001,
)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", *HOSTILE])
def test_a_damaged_file_gives_the_defaults_and_is_put_aside(qapp, tmp_path, content):
    (tmp_path / "settings.json").write_bytes(content)
    settings = SettingsFile(tmp_path / "settings.json")
    assert settings.now == Settings()
    settings.set(theme="dark")
    assert SettingsFile(tmp_path / "settings.json").now.theme == "dark"
    assert (tmp_path / "settings.json.damaged").read_bytes() == content


def test_a_value_that_is_none_takes_the_default(qapp, tmp_path):
    (tmp_path / "settings.json").write_bytes(b'{"theme": null, "device": "cpu"}')
    assert SettingsFile(tmp_path / "settings.json").now == Settings(device="cpu")


def test_names_of_files_that_are_no_text_are_kept(qapp, tmp_path):
    settings = SettingsFile(tmp_path / "settings.json")
    settings.set(recent_files=("/nights/a\udcff.edf",))
    assert SettingsFile(tmp_path / "settings.json").now.recent_files == ("/nights/a\udcff.edf",)


@pytest.mark.skipif(os.name == "nt", reason="folders can't be write-protected so")
def test_what_can_not_be_saved_is_said_and_lasts_for_the_run(qtbot, tmp_path):
    (tmp_path / "file").write_text("")
    settings = SettingsFile(tmp_path / "file" / "settings.json")
    with qtbot.waitSignal(settings.not_saved) as said:
        settings.set(theme="dark")
    assert "could not be saved" in said.args[0]
    assert settings.now.theme == "dark"


def test_recent_files_are_newest_first_without_repetition(qapp, tmp_path):
    settings = SettingsFile(tmp_path / "settings.json")
    for number in (*range(14), 5):
        settings.add_recent_file(tmp_path / f"{number}.edf")
    names = [name.rsplit(os.sep, 1)[-1] for name in settings.now.recent_files]
    assert names[:3] == ["5.edf", "13.edf", "12.edf"]
    assert len(names) == 12 == len(set(names))


def test_settings_of_tests_lie_in_the_tests_own_folder(tmp_path):
    assert settings_path().is_relative_to(tmp_path)


def test_a_night_is_remembered_once_whatever_leads_to_it(qapp, tmp_path):
    settings = SettingsFile(tmp_path / "settings.json")
    recording, session = tmp_path / "a.edf", tmp_path / "kept" / "a.sleepscorer"
    settings.set(recent_files=(str(session), str(tmp_path / "b.edf"), str(recording)))
    settings.add_recent_file(session, same_night=(recording, session, None))
    assert settings.now.recent_files == (str(session), str(tmp_path / "b.edf"))
    settings.forget_recent_file(session)
    settings.forget_recent_file(tmp_path / "no such.edf")
    assert SettingsFile(tmp_path / "settings.json").now.recent_files == (str(tmp_path / "b.edf"),)


def test_recent_files_are_absolute_whatever_the_program_was_given(qapp, tmp_path, monkeypatch):
    path = tmp_path / "settings.json"
    settings = SettingsFile(path)
    monkeypatch.chdir(tmp_path)
    settings.add_recent_file(Path("night.edf"))
    settings.add_recent_file(tmp_path / "night.edf")
    assert settings.now.recent_files == (str(tmp_path / "night.edf"),)
    # Of a version that kept them as they were given: nobody knows where they lie.
    path.write_text(json.dumps({"recent_files": ["night.edf", str(tmp_path / "b.edf"), ""]}))
    assert SettingsFile(path).now.recent_files == (str(tmp_path / "b.edf"),)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_settings_are_the_persons_alone(qapp, tmp_path):
    path = tmp_path / "new" / "settings.json"
    SettingsFile(path).set(theme="dark")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.parent.chmod(0o755)
    left = path.parent / "settings.jsonabc.part"
    left.touch()
    os.utime(left, (0, 0))
    SettingsFile(path).set(theme="light")
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.json"]


def test_a_persons_key_of_an_action_that_has_another_name_now_stays_theirs(qapp, tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"own_keys": {"score.clear": ["X"], "score.w": ["V"]}}))
    settings = SettingsFile(path)
    assert settings.now.own_keys == {"event.delete": ("X",), "score.w": ("V",)}
    # What was chosen since counts before what was carried over.
    both = {"event.delete": ["Y"], "score.clear": ["X"]}
    path.write_text(json.dumps({"own_keys": both}))
    assert SettingsFile(path).now.own_keys == {"event.delete": ("Y",)}


def test_what_can_be_no_path_is_not_listed_as_recent(qapp, tmp_path):
    path = tmp_path / "settings.json"
    night = str(tmp_path / "n\udcff.edf")
    path.write_text(json.dumps({"recent_files": ["/a\0b.edf", "/\ud800.edf", "a.edf", night]}))
    assert SettingsFile(path).now.recent_files == (night,)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ({"second_opinion": "consensus"}, ("consensus", "")),
        ({"second_opinion": "calm"}, ("sleepscorer", "calm")),
        ({"second_opinion": ""}, ("sleepscorer", "")),
        ({"stager": "calm", "second_opinion": "sleepscorer"}, ("calm", "sleepscorer")),
    ],
)
def test_who_scores_was_once_a_kind_of_second_opinion(qapp, tmp_path, written, found):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(written), encoding="utf-8")
    settings = SettingsFile(path)
    assert (settings.now.stager, settings.now.second_opinion) == found
    settings.set(theme="dark")
    again = SettingsFile(path).now
    assert (again.stager, again.second_opinion) == found
