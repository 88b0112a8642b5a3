"""The transform that filters use: the same with scipy's as with numpy's."""

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.fft import next_fast_len

from sleepscorer.analysis import transforms


@given(n=st.integers(1, 2_000_000))
def test_a_fast_length_is_that_of_scipy(n):
    assert transforms.fast_length(n) == next_fast_len(n, real=True)


def test_both_transforms_give_the_same(monkeypatch):
    samples = np.random.default_rng(3).normal(size=(5, 9_000)).astype(np.float32)
    monkeypatch.setattr(transforms._InUse, "transform", transforms._NUMPY)
    slow = transforms.transformed(samples.copy())
    slow_back = transforms.transformed_back(slow.copy(), 9_000)
    transforms.use_faster()
    fast = transforms.transformed(samples.copy())
    fast_back = transforms.transformed_back(fast.copy(), 9_000)
    assert fast.dtype == slow.dtype == np.complex64
    np.testing.assert_allclose(fast, slow, atol=1e-3)
    np.testing.assert_allclose(fast_back, slow_back, atol=1e-5)
    np.testing.assert_allclose(fast_back, samples, atol=1e-5)


def test_scipy_is_imported_when_it_is_asked_for_only():
    code = (
        "import sys, numpy as np;"
        "from sleepscorer.analysis.display import DisplayFilter;"
        "from sleepscorer.analysis.filters import filtered;"
        "from sleepscorer.analysis.transforms import use_faster;"
        "filtered(np.ones(999, np.float32), 100.0, DisplayFilter(0.3, 35.0));"
        "before = 'scipy' in sys.modules;"
        "use_faster();"
        "sys.exit(before or 'scipy.fft' not in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
