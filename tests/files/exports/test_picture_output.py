"""Pictures say that the program drew them, and are read back."""

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imsave

from sleepscorer.core.errors import ExportError
from sleepscorer.files.exports.picture import is_own_picture, picture_output
from sleepscorer.files.verified_write import write_verified


def png(**texts: str) -> bytes:
    file = BytesIO()
    imsave(file, np.zeros((4, 6, 3)), format="png", metadata={"Software": "", **texts})
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "is_own"),
    [
        (png(Software="sleepscorer 0.1.0"), True),
        (png(Software="sleepscorer"), False),
        (png(Software="other 1"), False),
        (png(Title="sleepscorer 0.1.0"), False),
        (b"Software\0sleepscorer 0.1.0", False),
        (b"", False),
    ],
)
def test_a_picture_is_ours_by_its_software_text(
    tmp_path: Path, content: bytes, is_own: bool
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    assert is_own_picture(path) is is_own


def test_what_is_no_whole_picture_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    drawn = png(Software="sleepscorer 0.1.0")
    write_verified([picture_output(path, drawn)], force=False)
    assert path.read_bytes() == drawn
    output = picture_output(path, drawn)
    # Another picture of the same size; then a header that names another size than its own.
    path.write_bytes(png(Software="other 1"))
    with pytest.raises(ExportError, match="did not read back as it was drawn"):
        output.verify(path)
    path.write_bytes(drawn)
    output.verify(path)
    assert struct.unpack(">II", drawn[16:24]) == (6, 4)
