"""The page of traces: what it reads, how it is drawn, what can be done on it."""
