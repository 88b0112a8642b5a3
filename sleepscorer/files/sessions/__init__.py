"""Session files: every edit of a scoring, stored before it is shown."""
