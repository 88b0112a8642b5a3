"""Says how large every part of the frozen program is, as it lies there and packed.

    python installer/size.py dist/sleepscorer

A part is packed alone (xz, as in the installer); together they pack a little better.
"""

import argparse
import lzma
import sys
from collections import defaultdict
from pathlib import Path

_INSIDE = "_internal"
# Each stands for a whole that is not a folder of its own.
_WHOLES = {
    "PySide6": "Qt (PySide6)",
    "shiboken6": "Qt (PySide6)",
    "numpy.libs": "numpy",
    "scipy.libs": "scipy",
    "pillow.libs": "PIL",
    "scikit_learn.libs": "sklearn",
    "python3.11": "Python",
}
_LARGE_FILES = {"libtorch_cpu.so": "torch: libtorch_cpu", "torch_cpu.dll": "torch: torch_cpu"}
_IN_THE_WAY = """\
What stands in the way of less
  torch: one library of all operators. Built from source without those never used here, or replaced
    by a runtime of ONNX (10 MB packed), it would shrink, but then nothing is trained or explained.
  torch's Python part (_inductor, _dynamo, distributed, testing) and sympy: one step of an optimizer
    imports them.
  Two copies of OpenBLAS: numpy's and scipy's wheels bring one each, with different names inside.
  Qt's ICU data: Qt's own builds are linked to it.
  YASA: LightGBM, scikit-learn and its classifiers; a second opinion without a download.
"""


def folder_bytes(folder: Path) -> int:
    """Size of all files below a folder; links count nothing."""
    return sum(path.stat().st_size for path in folder.rglob("*") if _is_counted(path))


def parts(folder: Path) -> dict[str, list[Path]]:
    """Files of the program by the part that they are of."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        if _is_counted(path):
            found[_part(path.relative_to(folder))].append(path)
    return found


def _is_counted(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _part(place: Path) -> str:
    if place.name in _LARGE_FILES:
        return _LARGE_FILES[place.name]
    if place.parts[0] != _INSIDE:
        return "the two programs"
    first = place.parts[1]
    if len(place.parts) > 2:
        return _WHOLES.get(first, first)
    if first.startswith("libpython") or first.endswith(".pyc") or first.startswith("python3"):
        return "Python"
    return "libraries of the system" if ".so" in first else "other files"


def packed_bytes(paths: list[Path]) -> int:
    """Size of these files packed one after the other."""
    filters = [
        {"id": lzma.FILTER_X86},
        {"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 26},
    ]
    packer = lzma.LZMACompressor(lzma.FORMAT_XZ, filters=filters)
    by_kind = sorted(paths, key=lambda path: (path.suffix, str(path)))
    return sum(len(packer.compress(path.read_bytes())) for path in by_kind) + len(packer.flush())


def main() -> int:
    """Print a line a part, largest first, and what stands in the way of less."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="PROGRAM_FOLDER")
    parser.add_argument("--no-packing", action="store_true", help="takes a second, not minutes")
    options = parser.parse_args()
    rows = []
    for name, paths in parts(options.folder).items():
        size = sum(path.stat().st_size for path in paths)
        rows.append((size, 0 if options.no_packing else packed_bytes(paths), len(paths), name))
    for size, packed, n_files, name in sorted(rows, reverse=True):
        shown = "        " if options.no_packing else f"{packed / 1e6:8.1f}"
        print(f"{size / 1e6:8.1f} MB {shown} packed {n_files:6d} files  {name}")
    total, packed = sum(row[0] for row in rows), sum(row[1] for row in rows)
    print(f"{total / 1e6:8.1f} MB {packed / 1e6:8.1f} packed: all of it")
    print(_IN_THE_WAY, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
