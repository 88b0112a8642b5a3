"""What is computed of signals for people to look at; nothing here changes a recording."""
