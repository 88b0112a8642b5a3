"""Which files are taken for the public weights, and what is refused."""

import contextlib
import io
import os
import pickle
import shutil
import tarfile
import zipfile

import pytest
import torch
from robust_sleep_net_files import made_file, made_state, publish

from sleepscorer.core.errors import WeightsError
from sleepscorer.core.progress import Cancelled
from sleepscorer.staging.robust_sleep_net import public_weights
from sleepscorer.staging.robust_sleep_net.public_weights import (
    PUBLIC_NETS,
    find_public_files,
    tensors_of,
)


@pytest.fixture
def files(monkeypatch):
    return publish(monkeypatch)


class Hostile:
    """What runs a command where a pickle is simply opened."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (str(self.trace),)


def contents(files):
    return list(files.values())


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_file_is_known_by_its_content_and_not_by_its_name(files, tmp_path):
    path = tmp_path / "anything.bin"
    path.write_bytes(contents(files)[2])
    assert find_public_files(path) == {list(files)[2]: contents(files)[2]}


def test_a_folder_is_searched_with_all_below_it(files, tmp_path):
    for index, content in enumerate(contents(files)[:3]):
        folder = tmp_path / "weights" / f"{index}"
        folder.mkdir(parents=True)
        (folder / "best_model.gz").write_bytes(content)
    (tmp_path / "weights" / "README").write_text("no weights")
    (tmp_path / "weights" / "of_that_size").write_bytes(bytes(public_weights.FILE_BYTES))
    assert find_public_files(tmp_path) == dict(list(files.items())[:3])


def test_a_zip_is_searched_and_nothing_of_it_is_written(files, tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    members = {
        "../../outside.gz": contents(files)[0],
        "/tmp/absolute.gz": contents(files)[1],
        "RobustSleepNet-main/README.md": b"text",
    }
    path = zipped(folder / "main.zip", members)
    before = sorted(tmp_path.rglob("*"))
    assert list(find_public_files(path)) == list(files)[:2]
    assert sorted(tmp_path.rglob("*")) == before


def test_the_eighth_public_file_is_the_first_net_again():
    assert public_weights._BY_SHA256[public_weights._SAME_AS_FIRST] is PUBLIC_NETS[0]
    assert len(public_weights._BY_SHA256) == 8
    assert len({net.sha256 for net in PUBLIC_NETS}) == len({net.name for net in PUBLIC_NETS}) == 7


def test_one_byte_changed_makes_it_another_file(files, tmp_path):
    changed = bytearray(contents(files)[0])
    changed[5000] ^= 1
    path = tmp_path / "best_model.gz"
    path.write_bytes(changed)
    with pytest.raises(WeightsError, match="none of the public weights of RobustSleepNet"):
        find_public_files(path)


def test_a_bomb_in_a_zip_is_not_unpacked(files, tmp_path):
    """It says that it holds as many bytes as a public file, and holds a thousand times as many."""
    path = zipped(tmp_path / "bomb.zip", {"a.gz": bytes(200 * public_weights.FILE_BYTES)})
    small, large = (n.to_bytes(4, "little") for n in (public_weights.FILE_BYTES, 149_504_000))
    content = path.read_bytes()
    assert content.count(large) == 2
    path.write_bytes(content.replace(large, small))
    with pytest.raises(WeightsError):
        find_public_files(path)


@pytest.mark.parametrize("damage", ["cut", "garbled"])
def test_a_damaged_zip_is_refused_in_words(files, tmp_path, damage):
    path = zipped(tmp_path / "main.zip", {"best_model.gz": contents(files)[0]})
    content = bytearray(path.read_bytes())
    if damage == "cut":
        del content[len(content) // 2 :]
    else:
        content[1000:9000] = bytes(8000)
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"damaged|holds none"):
        find_public_files(path)


def test_a_zip_with_a_password_is_refused_in_words(files, tmp_path):
    path = zipped(tmp_path / "main.zip", {"best_model.gz": contents(files)[0]})
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="damaged, or locked by a password"):
        find_public_files(path)


def test_what_can_not_hold_weights_is_refused_in_words(files, tmp_path):
    with pytest.raises(WeightsError, match="there is no such file or folder"):
        find_public_files(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(WeightsError, match="holds none"):
        find_public_files(tmp_path / "empty")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WeightsError, match="no ordinary file"):
        find_public_files(tmp_path / "pipe")
    with pytest.raises(WeightsError, match="holds none"):
        find_public_files(tmp_path)  # with the pipe in it, which nobody reads


def test_too_much_to_search_is_refused_in_words(files, tmp_path, monkeypatch):
    monkeypatch.setattr(public_weights, "_MOST_ENTRIES", 3)
    monkeypatch.setattr(public_weights, "_MOST_ZIP_BYTES", 100)
    for name in "abcd":
        (tmp_path / name).touch()
    with pytest.raises(WeightsError, match="more than 3 files"):
        find_public_files(tmp_path)
    path = zipped(tmp_path / "a.zip", {"best_model.gz": contents(files)[0]})
    with pytest.raises(WeightsError, match="archive is larger"):
        find_public_files(path)


def test_the_search_can_be_stopped(files, tmp_path):
    def progress(_fraction, _text):
        raise Cancelled

    (tmp_path / "a").touch()
    with pytest.raises(Cancelled):
        find_public_files(tmp_path, progress)


def test_the_tensors_are_those_that_were_saved():
    state = made_state(4)
    given = tensors_of(made_file(state))
    assert sum(tensor.numel() for tensor in given.values()) == 180_343
    published = list(state.values())
    for tensor, wanted in zip(given.values(), published, strict=True):
        torch.testing.assert_close(tensor, wanted, rtol=0, atol=0)


def test_no_code_in_a_file_is_run(tmp_path):
    trace = tmp_path / "was_run"
    state = made_state(1) | {"classifier.bias": Hostile(trace)}
    with pytest.raises(WeightsError, match="these are no weights of RobustSleepNet"):
        tensors_of(made_file(state))
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        content = pickle.dumps(Hostile(trace))
        info = tarfile.TarInfo("state.torch")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    with pytest.raises(WeightsError, match="these are no weights"):
        tensors_of(plain.getvalue())
    assert not trace.exists()


def _without_one(state):
    del state["classifier.bias"]


def _with_one_more(state):
    state["more"] = torch.zeros(1)


def _of_other_shape(state):
    state["classifier.bias"] = torch.zeros(6)


def _of_other_type(state):
    state["classifier.bias"] = torch.zeros(5, dtype=torch.float64)


def _not_finite(state):
    state["classifier.bias"][2] = float("nan")


def _no_tensor(state):
    state["classifier.bias"] = "text"


@pytest.mark.parametrize(
    "damage",
    [_without_one, _with_one_more, _of_other_shape, _of_other_type, _not_finite, _no_tensor],
)
def test_other_tensors_than_the_networks_are_refused(damage):
    state = made_state(1)
    damage(state)
    with pytest.raises(WeightsError, match="these are no weights of RobustSleepNet"):
        tensors_of(made_file(state))


@pytest.mark.parametrize(
    "content",
    [b"", b"text", bytes(10_000), made_file([1, 2], size=20_480), made_file({}, size=20_480)],
    ids=["empty", "text", "zeros", "list", "no tensors"],
)
def test_what_is_no_archive_of_tensors_is_refused(content):
    with pytest.raises(WeightsError, match="these are no weights of RobustSleepNet"):
        tensors_of(content)


def test_a_member_that_is_a_link_or_too_large_is_refused():
    for kind, size in ((tarfile.SYMTYPE, 0), (tarfile.REGTYPE, 10_000_000)):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            info = tarfile.TarInfo("state.torch")
            info.type, info.linkname, info.size = kind, "/etc/passwd", size
            archive.addfile(info, io.BytesIO(bytes(size)))
        with pytest.raises(WeightsError, match="these are no weights"):
            tensors_of(packed.getvalue())


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_are_read_or_refused(seed):
    """Whoever calls tensors_of knows the SHA-256; but it does not rest on that."""
    content = bytearray(made_file(made_state(1)))
    generator = torch.Generator().manual_seed(seed)
    for place in torch.randint(4000, (6,), generator=generator).tolist():
        content[place] ^= 1 << (place % 8)
    with contextlib.suppress(WeightsError):
        assert len(tensors_of(bytes(content))) == 49


@pytest.mark.data
def test_the_public_files_themselves_are_known_and_read(real_data, tmp_path):
    folder = real_data / "robust_sleep_net"
    if not folder.is_dir():
        pytest.skip(f"the public weights are not in {folder}")
    packed = shutil.make_archive(str(tmp_path / "weights"), "zip", folder)
    assert packed.endswith(".zip")
    for path in (folder, tmp_path / "weights.zip"):
        found = find_public_files(path)
        assert set(found) == set(PUBLIC_NETS)
        assert all(len(tensors_of(content)) == 49 for content in found.values())
