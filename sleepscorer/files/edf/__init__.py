"""EDF and BDF, with their + variants: read block by block, written for synthetic nights."""
