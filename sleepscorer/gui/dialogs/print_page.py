"""Asks for a printer, or for the PDF in its place."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

_FILE_NAME = "sleepscorer_page.pdf"

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter


def print_dialog(parent: QWidget) -> "tuple[QPrintDialog, QPrinter]":
    """Make the system's dialog for printing a page, on a sheet that lies on its side.

    Returns
    -------
    The dialog, and the printer that it sets up.
    """
    # A library that few sessions need.
    from PySide6.QtGui import QPageLayout
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageOrientation(QPageLayout.Orientation.Landscape)
    # Printers show it to whoever stands before them.
    printer.setDocName("sleepscorer page")
    if not QPrinterInfo.availablePrinterNames():
        printer.setOutputFileName(str(Path.home() / _FILE_NAME))
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle("Print page")
    for option in (
        QPrintDialog.PrintDialogOption.PrintPageRange,
        QPrintDialog.PrintDialogOption.PrintCollateCopies,
    ):
        dialog.setOption(option, on=False)
    return dialog, printer
