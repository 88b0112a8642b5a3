import threading

import numpy as np
import pytest
from trace_recording import model_of, signal, sines

from sleepscorer.analysis.display import DisplayFilter
from sleepscorer.analysis.pages import read_page
from sleepscorer.core.errors import RecordingError
from sleepscorer.core.recording import MemorySource
from sleepscorer.gui.traces.page_loader import PageLoader, PageRequest


@pytest.fixture
def loader(qtbot):
    loader = PageLoader()
    yield loader
    loader.stop()


def request_of(model, start_s=0.0, stop_s=30.0, n_columns=300):
    return PageRequest.of(model.montage.visible, start_s, stop_s, n_columns=n_columns)


def read(loader, qtbot, request):
    with qtbot.waitSignal(loader.page_read, check_params_cb=lambda done: done == request):
        loader.ask([request])
    return loader.lookup(request)


def test_a_page_is_what_read_page_gives(loader, qtbot):
    model = model_of(sines("C4-M1", "O2-M1"), filter=DisplayFilter(0.3, 35.0))
    request = request_of(model)
    assert loader.lookup(request) is None
    pages = read(loader, qtbot, request)
    for page, trace in zip(pages, model.montage.visible, strict=True):
        wanted = read_page(trace, 0.0, 30.0, 300)
        assert np.array_equal(page.minima, wanted.minima)
        assert np.array_equal(page.maxima, wanted.maxima)


def test_the_parts_of_a_long_page_make_the_whole(loader, qtbot):
    model = model_of(sines("C4-M1", duration_s=700, rate_hz=50.0), duration_s=700.0)
    (page,) = read(loader, qtbot, request_of(model, 0.0, 600.0, 1000))
    (trace,) = model.montage.visible
    whole = read_page(trace, 0.0, 600.0, 1000)
    assert np.array_equal(page.minima, whole.minima)
    assert np.array_equal(page.maxima, whole.maxima)


def test_the_parts_of_long_slow_samples_make_the_whole(loader, qtbot):
    slow = signal("SpO2", np.arange(700) % 17, 1.0, unit="%")
    model = model_of([slow], duration_s=700.0)
    (page,) = read(loader, qtbot, request_of(model, 0.0, 600.0, 1000))
    (trace,) = model.montage.visible
    whole = read_page(trace, 0.0, 600.0, 1000)
    assert np.array_equal(page.samples, whole.samples, equal_nan=True)
    assert np.array_equal(page.times_s, whole.times_s)


class Counted(MemorySource):
    def read(self, start_s, stop_s):
        self.times.append((start_s, stop_s))
        return super().read(start_s, stop_s)


def test_a_page_in_the_cache_is_not_read_again(loader, qtbot):
    source = Counted(np.zeros(30_000, np.float32), 100.0)
    object.__setattr__(source, "times", [])
    model = model_of([signal("C4-M1", source.values, source=source)])
    read(loader, qtbot, request_of(model))
    read(loader, qtbot, request_of(model))
    assert len(source.times) == 1


def test_reading_is_off_the_windows_thread(loader, qtbot):
    threads = []

    class Noting(MemorySource):
        def read(self, start_s, stop_s):
            threads.append(threading.get_ident())
            return super().read(start_s, stop_s)

    values = np.zeros(30_000, np.float32)
    model = model_of([signal("C4-M1", values, source=Noting(values, 100.0))])
    read(loader, qtbot, request_of(model))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_a_page_nobody_wants_any_more_is_given_up(loader, qtbot):
    entered, go_on = threading.Event(), threading.Event()

    class Slow(MemorySource):
        def read(self, start_s, stop_s):
            entered.set()
            go_on.wait(5)
            return super().read(start_s, stop_s)

    values = np.zeros(30_000, np.float32)
    slow = signal("C4-M1", values, source=Slow(values, 100.0))
    model = model_of([slow, *sines(*"abcd")])
    first, second = request_of(model), request_of(model, 30.0, 60.0)
    done = []
    loader.page_read.connect(done.append)
    loader.ask([first])
    assert entered.wait(5)
    loader.ask([second])
    go_on.set()
    qtbot.waitUntil(lambda: second in done)
    assert first not in done
    assert loader.lookup(first) is None


def test_an_error_is_told_and_the_thread_lives_on(loader, qtbot):
    class Broken(MemorySource):
        def read(self, start_s, stop_s):
            if start_s < 30:
                raise RecordingError("the file has become shorter")
            return super().read(start_s, stop_s)

    values = np.zeros(30_000, np.float32)
    model = model_of([signal("C4-M1", values, source=Broken(values, 100.0))])
    with qtbot.waitSignal(loader.failed) as told:
        loader.ask([request_of(model)])
    assert told.args[0] == request_of(model)
    assert "shorter" in str(told.args[1])
    assert read(loader, qtbot, request_of(model, 60.0, 90.0)) is not None


def test_the_cache_forgets_the_least_recently_used(loader, qtbot, monkeypatch):
    model = model_of(sines("C4-M1"))
    monkeypatch.setattr(loader._cache, "_limit_bytes", 2 * 300 * 4 * 3)
    requests = [request_of(model, 30.0 * i, 30.0 * i + 30.0) for i in range(4)]
    for request in requests[:3]:
        read(loader, qtbot, request)
    assert loader.lookup(requests[0]) is not None
    read(loader, qtbot, requests[3])
    kept = [loader.lookup(request) is not None for request in requests]
    assert kept == [True, False, True, True]


def test_stop_ends_the_thread_at_once_and_again(qtbot):
    loader = PageLoader()
    loader.ask([request_of(model_of(sines("C4-M1")))])
    loader.stop()
    assert loader.isFinished()
    loader.stop()
