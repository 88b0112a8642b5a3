"""The Excel report."""
