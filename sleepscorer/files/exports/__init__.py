"""The files a scored night is handed on in."""
