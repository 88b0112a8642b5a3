"""The import of torch beside a window: in a process of its own, as an import happens once."""

import subprocess
import sys

_SCRIPT = """
import gc, sys
from sleepscorer.staging.native_libraries import import_stager
{before}
import_stager()
print("sleepscorer.staging.stager" in sys.modules, gc.isenabled(), gc.get_freeze_count() > 50_000)
"""


def _printed(before: str) -> list[str]:
    script = _SCRIPT.format(before=before)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_stager_is_imported_and_its_objects_are_out_of_the_collector() -> None:
    assert _printed("") == ["True", "True", "True"]


def test_a_collector_that_was_off_stays_off() -> None:
    assert _printed("gc.disable()") == ["True", "False", "True"]
