import sys
from pathlib import Path

# The scripts of the installer are no package: they run beside each other.
sys.path.append(str(Path(__file__).resolve().parents[2] / "installer"))
