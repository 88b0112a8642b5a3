"""Dialogs: they show and ask; they compute nothing and open no file."""
