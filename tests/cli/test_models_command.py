"""``sleepscorer models``: add, fetch and remove, and what the list says of it."""

import hashlib
import json
import shutil
import socket
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from robust_sleep_net_files import publish
from short_night import run

from sleepscorer import paths
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS
from sleepscorer.staging.offered_weights import NOT_OFFERED
from sleepscorer.staging.robust_sleep_net import download
from sleepscorer.staging.robust_sleep_net.public_weights import FILE_BYTES

RSN = "sleepscorer.staging.robust_sleep_net.stager:RobustSleepNetStager"


@pytest.fixture
def files(monkeypatch, offer_stagers):
    """Public weights made for the test, by their nets."""
    offer_stagers(**{"robust-sleep-net": RSN})
    return publish(monkeypatch)


@pytest.fixture
def own():
    return paths.own_models_folder() / "robust-sleep-net"


class Server(ThreadingHTTPServer):
    """What a net's address answers: (status, length it claims, content); and what was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked = {}, []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        status, length, content = self.server.answers.get(self.path, (404, 0, b""))
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server(files, monkeypatch):
    """Serves the made files as the public repository serves the real ones."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as running:
        for net, content in files.items():
            place = f"/weights/{net.folder}/best_model.gz"
            running.answers[place] = (200, len(content), content)
        monkeypatch.setattr(download, "PUBLIC_FOLDER", f"{running.url}/weights")
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_a_folder_is_added_listed_and_removed(files, own, tmp_path, capsys):
    for net, content in list(files.items())[:3]:
        (tmp_path / net.name).write_bytes(content)
    code, out, _ = run(capsys, "models", "add", tmp_path)
    assert code == 0
    assert "RobustSleepNet (3 nets) is installed" in out
    assert str(own / "MODEL_CARD.md") in out
    listed = run(capsys, "models")[1]
    assert "  robust-sleep-net: RobustSleepNet (3 nets)\n" in listed
    assert "models fetch robust-sleep-net" not in listed
    assert run(capsys, "models", "remove", "robust-sleep-net")[:2] == (0, f"removed {own}\n")
    assert not own.exists()
    assert (
        "  to get RobustSleepNet: sleepscorer models fetch robust-sleep-net\n"
        in run(capsys, "models")[1]
    )
    code, _, error = run(capsys, "models", "remove", "robust-sleep-net")
    assert (code, error) == (2, "sleepscorer: the weights of RobustSleepNet are not installed\n")


def test_a_file_and_a_zip_join_each_other(files, tmp_path, capsys):
    first, second, third = list(files.values())[:3]
    (tmp_path / "best_model.gz").write_bytes(first)
    with zipfile.ZipFile(tmp_path / "main.zip", "w") as archive:
        archive.writestr("../a/best_model.gz", second)
        archive.writestr("b/best_model.gz", third)
    assert "(1 net)" in run(capsys, "models", "add", tmp_path / "best_model.gz")[1]
    assert "(3 nets)" in run(capsys, "models", "add", tmp_path / "main.zip")[1]
    assert not (tmp_path.parent / "a").exists()


def test_what_is_none_of_them_is_refused_and_nothing_is_kept(files, own, tmp_path, capsys):
    (tmp_path / "other.gz").write_bytes(bytes(FILE_BYTES))
    for path in (tmp_path / "other.gz", tmp_path, tmp_path / "absent"):
        code, out, error = run(capsys, "models", "add", path)
        assert (code, out) == (2, "")
        assert error.startswith(f"sleepscorer: {path}: ")
    assert not own.exists()


def test_fetching_takes_the_published_consensus_with_its_hashes(files, server, own, capsys):
    code, out, _ = run(capsys, "models", "fetch", "robust-sleep-net")
    assert code == 0
    assert "RobustSleepNet (5 nets) is installed" in out
    assert server.asked == [f"/weights/{net.folder}/best_model.gz" for net in list(files)[:5]]
    stored = json.loads((own / "stager.json").read_text())
    assert [net["public_sha256"] for net in stored["nets"]] == [n.sha256 for n in list(files)[:5]]
    tensors = (own / "weights.safetensors").read_bytes()
    assert stored["sha256"] == hashlib.sha256(tensors).hexdigest()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            (200, FILE_BYTES, bytes(FILE_BYTES)),
            "it is another file than the one that was made public",
        ),
        ((200, 10, b"0123456789"), "it is another file than the one that was made public"),
        ((200, 3 * FILE_BYTES, bytes(3 * FILE_BYTES)), "it is another file than"),
        ((200, FILE_BYTES, b"cut off"), "the server can't be reached or does not answer"),
        ((404, 0, b""), "the server answers 404"),
        ((503, 0, b""), "the server answers 503"),
    ],
)
def test_what_is_not_what_was_asked_for_is_refused(files, server, own, capsys, answer, why):
    place = f"/weights/{list(files)[3].folder}/best_model.gz"
    server.answers[place] = answer
    code, out, error = run(capsys, "models", "fetch", "robust-sleep-net")
    assert (code, out) == (2, "")
    assert error.startswith(f"sleepscorer: {server.url}{place} can't be had: {why}")
    assert "sleepscorer models add FOLDER" in error
    assert not own.exists()


def test_without_a_network_one_is_told_what_to_do(files, monkeypatch, capsys):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "PUBLIC_FOLDER", nobody)
    code, _, error = run(capsys, "models", "fetch", "robust-sleep-net")
    assert code == 2
    assert "can't be had: the server can't be reached" in error


def test_only_what_is_known_can_be_fetched_and_only_when_it_is_asked_for(
    files, monkeypatch, tmp_path, capsys
):
    def connect(*_):
        raise AssertionError("somebody opens a connection")

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert run(capsys, "models", "fetch", "anything")[2] == (
        "sleepscorer: nothing called 'anything' can be fetched (there is robust-sleep-net)\n"
    )
    assert run(capsys, "models")[0] == 0
    (tmp_path / "night.edf").touch()
    night = tmp_path / "night.edf"
    code, _, error = run(capsys, "score", night, "--second-opinion", "robust-sleep-net")
    assert code == 2
    assert "to get RobustSleepNet: sleepscorer models fetch robust-sleep-net" in error


def test_damage_is_told_by_the_list(files, own, tmp_path, capsys):
    (tmp_path / "best_model.gz").write_bytes(next(iter(files.values())))
    run(capsys, "models", "add", tmp_path)
    (own / "weights.safetensors").write_bytes(b"")
    code, _, error = run(capsys, "models")
    assert code == 0
    assert "the weights of RobustSleepNet are damaged" in error


def test_own_weights_are_removed_and_those_of_the_program_are_not(tmp_path, capsys):
    own = paths.own_models_folder()
    shutil.copytree(paths.models_folder() / "sleepedf-cnn-bilstm-2", own / "site-1")
    assert "site-1\n" in run(capsys, "models")[1]
    assert run(capsys, "models", "remove", "site-1")[:2] == (0, f"removed {own / 'site-1'}\n")
    assert not (own / "site-1").exists()
    for name, why in (
        ("sleepedf-cnn-bilstm-2", "came with the program, and stay"),
        ("site-1", "no weights called 'site-1' were added here (there are: none)"),
        ("../site-1", "'../site-1' is not a name of weights"),
        (".", "'.' is not a name of weights"),
        ("", "'' is not a name of weights"),
    ):
        code, _, error = run(capsys, "models", "remove", name)
        assert code == 2
        assert why in error
    assert (paths.models_folder() / "sleepedf-cnn-bilstm-2" / "config.json").exists()


def test_a_night_is_scored_with_it_as_second_opinion(files, tmp_path, capsys):
    (tmp_path / "best_model.gz").write_bytes(next(iter(files.values())))
    run(capsys, "models", "add", tmp_path / "best_model.gz")
    night = tmp_path / "night.edf"
    assert run(capsys, "simulate", "--hours", 0.2, night)[0] == 0
    code, _, error = run(
        capsys, "score", night, "--formats", "json", "--second-opinion", "robust-sleep-net"
    )
    assert code == 0
    assert "Second opinion: RobustSleepNet (1 net), agrees with the machine in" in error
    told = json.loads((tmp_path / "night_staging.json").read_text())["second_opinion"]
    assert told["stager"] == "RobustSleepNet (1 net)"
    assert np.sum(np.isin(told["stages"], ["W", "N1", "N2", "N3", "R"])) == 24


def test_weights_that_did_worst_are_listed_with_their_figures_for_who_asks(capsys):
    listed = run(capsys, "models")[1]
    assert f"{DEFAULT_WEIGHTS} (default)\n" in listed
    assert not any(name in listed for name in NOT_OFFERED)
    assert "not offered: 3 others; see: sleepscorer models --all\n" in listed
    everything = run(capsys, "models", "--all")[1]
    offered, others = everything.split("not offered, but to be had by their names\n")
    assert offered in listed
    for name, measured in NOT_OFFERED.items():
        assert f"  {name}\n" in others
        assert measured.in_words in others
    assert "other stagers, for --second-opinion and --stagers" in others
