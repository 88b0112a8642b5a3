"""What stands around the panes of the window."""
