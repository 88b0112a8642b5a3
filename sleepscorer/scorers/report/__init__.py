"""The agreement of scorers as a workbook and as a document to print."""

from sleepscorer.scorers.report.writing import REPORT_NAMES, check_report, write_report

__all__ = ["REPORT_NAMES", "check_report", "write_report"]
