"""Montages to show: those that come with the program and those that people saved."""
