"""Weights that are not offered: by what was measured, and there for whoever names them."""

import re
import shutil

from sleepscorer import paths
from sleepscorer.staging.checkpoint import (
    DEFAULT_WEIGHTS,
    WeightsInfo,
    add_own_weights,
    available_weights,
    read_info,
)
from sleepscorer.staging.offered_weights import (
    NOT_OFFERED,
    OF_DEFAULT,
    RawAgreement,
    why_not_offered,
)
from sleepscorer.staging.stager import Stager

_NUMBER = r"(-?\d\.\d+)"
_ROW = re.compile(
    rf"^\| `(\S+)` \| all together \| +\| 210 \| {_NUMBER} \| {_NUMBER} \({_NUMBER} to {_NUMBER}\)",
    re.MULTILINE,
)


def measured():
    """By name, what the results that come with the weights say of the raw recordings."""
    text = (paths.models_folder() / "RESULTS.md").read_text(encoding="utf-8")
    return {name: RawAgreement(*map(float, figures)) for name, *figures in _ROW.findall(text)}


def test_those_that_did_worst_are_left_out_by_the_figures_of_the_results():
    found = measured()
    assert {info.name for info in available_weights()} == set(found)
    assert {name: found[name] for name in NOT_OFFERED} == NOT_OFFERED
    assert found[DEFAULT_WEIGHTS] == OF_DEFAULT
    offered = [one.kappa for name, one in found.items() if name not in NOT_OFFERED]
    assert max(one.kappa for one in NOT_OFFERED.values()) < min(offered)


def test_the_reason_names_the_figures_and_on_what_they_were_measured():
    why = why_not_offered(read_info("sleepedf-multi-period-attention-2"))
    assert "210 epochs" in why
    assert "kappa 0.274 (95 % 0.189 to 0.358)" in why
    assert f"{DEFAULT_WEIGHTS}: accuracy 0.638" in why
    assert why_not_offered(read_info(DEFAULT_WEIGHTS)) == ""


def test_whoever_names_them_is_given_them():
    for name in NOT_OFFERED:
        assert Stager(name, device="cpu").info.name == name


def test_what_was_trained_from_them_here_is_offered(tmp_path):
    (name, *_) = NOT_OFFERED
    shutil.copytree(paths.models_folder() / name, tmp_path / "tuned")
    own = add_own_weights(tmp_path / "tuned", "ours")
    assert isinstance(own, WeightsInfo)
    assert why_not_offered(own) == ""
