"""Documents as PDF for reports of other things than a night, as outputs."""

from functools import partial
from pathlib import Path
from typing import BinaryIO

from sleepscorer.core.errors import ExportError
from sleepscorer.files.exports.pages.parts import Document
from sleepscorer.files.verified_write import Output


def document_output(path: Path, document: Document) -> Output:
    """Return the output that writes a document as PDF and compares it byte by byte.

    It looks like the report of a night: its letters, tables and footer.
    """
    # reportlab takes long to import.
    from sleepscorer.files.exports.pages.writer import document_bytes

    made = document_bytes(document)
    return Output(path, partial(_write, made), partial(_verify, made))


def _write(made: bytes, file: BinaryIO) -> None:
    file.write(made)


def _verify(made: bytes, path: Path) -> None:
    if path.read_bytes() != made:
        raise ExportError("the document did not read back as it was written", path=path)
