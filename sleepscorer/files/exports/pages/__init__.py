"""Documents as PDF of plain tables and plots, for reports of other things than a night."""
