"""What the program knows about sleep: values and rules, on numpy and the standard library alone."""
