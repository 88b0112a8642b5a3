"""The report as PDF: templates, languages, drawings and pages."""
