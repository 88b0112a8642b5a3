"""Collects the licences of everything that is inside the program, as text.

    python installer/licences.py THIRD_PARTY_LICENCES.txt

The spec calls it with the system's libraries that it takes along. A part without a licence ends
the build.
"""

import argparse
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

# What the frozen program does without, see plain_numba.py.
LEFT_OUT = frozenset({"numba", "llvmlite", "setuptools"})
_TEXTS = Path(__file__).parent / "licences"
# These wheels hold no text of their licence.
_WITHOUT_TEXT = {
    "pyside6-essentials": ("LGPL-3.0.txt", "GPL-3.0.txt"),
    "shiboken6": ("LGPL-3.0.txt", "GPL-3.0.txt"),
}
_NAMES = ("LICEN", "COPYING", "NOTICE")
_RULE = "=" * 78
_QT = """\
Qt and Qt for Python are used under the GNU Lesser General Public License, version 3. They are
shared libraries in files of their own: whoever wants to may replace them by own builds of the same
version. Their source is at https://code.qt.io and https://download.qt.io/official_releases/.
"""


class LicenceMissing(Exception):
    """A part is inside whose licence was not found."""


def distributions(root: str = "sleepscorer", extras: tuple[str, ...] = ("yasa",)) -> list[str]:
    """Names of everything that the program requires here, itself left out, sorted."""
    found: set[str] = set()
    waiting = [(root, extras)]
    while waiting:
        name, wanted = waiting.pop()
        for line in distribution(name).requires or ():
            requirement = Requirement(line)
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": extra}) for extra in (*wanted, "")):
                continue
            key = _key(requirement.name)
            if key not in found and key not in LEFT_OUT:
                found.add(key)
                waiting.append((key, tuple(requirement.extras)))
    return sorted(found)


def text(names: Iterable[str], libraries: Iterable[Path] = ()) -> str:
    """All licences, one part after the other.

    Parameters
    ----------
    names
        Of distributions that are installed here.
    libraries
        Of the system, as Debian's packages brought them.

    Raises
    ------
    LicenceMissing
        If one has none.
    """
    parts = [
        "What is inside sleepscorer beside sleepscorer itself, and under which licences.\n",
        _QT,
    ]
    parts += [f"{_RULE}\nPython {sys.version.split()[0]}\n{_RULE}\n{_of_python()}"]
    for name in names:
        found = distribution(name)
        title = f"{found.name} {found.version}"
        parts += [f"{_RULE}\n{title}\n{_RULE}\n" + "\n\n".join(_of_distribution(found))]
    parts += [
        f"{_RULE}\n{title}\n{_RULE}\n{path.read_text(encoding='utf-8', errors='replace')}"
        for title, path in sorted(_of_libraries(libraries))
    ]
    return "\n".join(parts)


def _key(name: str) -> str:
    return name.lower().replace("_", "-")


def _of_python() -> str:
    for folder in (Path(sys.base_prefix), Path(sysconfig.get_path("stdlib"))):
        for name in ("LICENSE.txt", "LICENSE"):
            if (path := folder / name).is_file():
                return path.read_text(encoding="utf-8")
    raise LicenceMissing(f"Python has none in {sys.base_prefix}")


def _of_distribution(found: Distribution) -> list[str]:
    texts = [
        f"[{path.name}]\n" + Path(str(found.locate_file(path))).read_text("utf-8", "replace")
        for path in found.files or ()
        if any(part.endswith(".dist-info") for part in path.parts)
        and any(name in path.name.upper() for name in _NAMES)
    ]
    if not texts:
        own = _WITHOUT_TEXT.get(_key(found.name), ())
        texts = [f"[{name}]\n" + (_TEXTS / name).read_text(encoding="utf-8") for name in own]
    if not texts:
        raise LicenceMissing(f"{found.name} {found.version} comes without the text of its licence")
    return texts


def _of_libraries(libraries: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Each of Debian's packages that the libraries are of, with its copyright file."""
    packages = {_package(path) for path in libraries}
    for package in packages:
        path = Path("/usr/share/doc", package, "copyright")
        if not path.is_file():
            raise LicenceMissing(f"the package {package} has no {path}")
        yield f"{package} (of the system this was built on)", path


def _package(library: Path) -> str:
    for path in (library, library.resolve(), Path("/usr", *library.resolve().parts[1:])):
        for spelled in {str(path), str(path).removeprefix("/usr")}:
            answer = subprocess.run(["dpkg", "-S", spelled], capture_output=True, text=True)
            if answer.returncode == 0:
                return answer.stdout.split(":")[0]
    raise LicenceMissing(f"no package of the system owns {library}")


def main() -> int:
    """Write the file that was named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--libraries", type=Path, nargs="*", default=[], metavar="FILE")
    options = parser.parse_args()
    names = distributions()
    options.out.write_text(text(names, options.libraries), encoding="utf-8")
    print(f"{options.out}: Python and {len(names)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
