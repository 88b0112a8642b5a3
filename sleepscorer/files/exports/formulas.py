"""Texts that spreadsheet programs would compute."""

# Excel and LibreOffice compute what begins like this, the full-width forms in some languages.
_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def without_formula(text: str) -> str:
    """Return a text with an apostrophe before it where it begins like a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS) else text
