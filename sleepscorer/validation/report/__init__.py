"""What a validation found, for people: a page to read or print, and a workbook of its figures."""

from sleepscorer.validation.report.writing import (
    REPORT_FOLDER,
    REPORT_NAMES,
    check_report,
    write_report,
)

__all__ = ["REPORT_FOLDER", "REPORT_NAMES", "check_report", "write_report"]
