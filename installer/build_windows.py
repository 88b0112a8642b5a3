"""Builds what a Windows clinic installs, by NSIS, from a program that was frozen before.

    python installer/build_windows.py dist/sleepscorer --out dist

SLEEPSCORER_SIGN_WINDOWS is a command that signs the file whose name is put behind it, such as
"signtool sign /fd sha256 /a /tr URL /td sha256"; without it nothing is signed.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from sleepscorer import __version__  # noqa: E402 - of this tree

_SCRIPT = ROOT / "installer" / "windows" / "sleepscorer.nsi"


def build_setup(folder: Path, out: Path, *, sign: str | None = None) -> Path:
    """Compile the installer; whatever NSIS warns of is an error.

    Parameters
    ----------
    folder
        The frozen program.
    out
        Where the installer is written to.
    sign
        The command that signs a file.
    """
    setup = out.resolve() / f"sleepscorer-{__version__}-windows-x86_64.exe"
    defined = {"VERSION": __version__, "PAYLOAD": str(folder.resolve()), "OUT": str(setup)}
    if sign:
        defined["SIGN"] = sign
    options = [f"-D{name}={value}" for name, value in defined.items()]
    subprocess.run(
        ["makensis", "-INPUTCHARSET", "UTF8", "-WX", "-V2", *options, str(_SCRIPT)], check=True
    )
    return setup


def main() -> int:
    """Build it, and say how large it became."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="PROGRAM_FOLDER")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    sign = os.environ.get("SLEEPSCORER_SIGN_WINDOWS")
    setup = build_setup(options.folder, options.out, sign=sign)
    print(f"{setup}: {setup.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
