"""Files like the public ones of RobustSleepNet, with numbers of nobody, for tests without those."""

import hashlib
import io
import tarfile
from dataclasses import replace

import torch

from sleepscorer.staging.robust_sleep_net import network, public_weights
from sleepscorer.staging.robust_sleep_net.network import RobustSleepNet


def published_name(own):
    """The published name of one of our tensors."""
    for theirs, ours in reversed(network._PUBLISHED_NAMES):
        own = own.replace(ours, theirs)
    return own.replace("attention_.", "attention_")


def made_state(seed):
    torch.manual_seed(seed)
    return {published_name(k): v.clone() for k, v in RobustSleepNet().state_dict().items()}


def made_file(state, *, member="x/state.torch", size=None):
    """The bytes of a tar archive as the public files are, by default of their size."""
    saved = io.BytesIO()
    torch.save(state, saved, _use_new_zipfile_serialization=False)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        info = tarfile.TarInfo(member)
        info.size = saved.getbuffer().nbytes
        saved.seek(0)
        archive.addfile(info, saved)
    size = public_weights.FILE_BYTES if size is None else size
    assert packed.getbuffer().nbytes <= size
    return packed.getvalue().ljust(size, b"\0")


def publish(monkeypatch):
    """Let made files be the public ones; return them, by their networks."""
    files = {}
    for seed, net in enumerate(public_weights.PUBLIC_NETS):
        content = made_file(made_state(seed))
        files[replace(net, sha256=hashlib.sha256(content).hexdigest())] = content
    monkeypatch.setattr(public_weights, "PUBLIC_NETS", tuple(files))
    monkeypatch.setattr(public_weights, "CONSENSUS_NETS", tuple(files)[:5])
    monkeypatch.setattr(public_weights, "_BY_SHA256", {net.sha256: net for net in files})
    return files
