"""What dragging over the traces does, by name: select, measure, or mark events of one text."""

SELECT = "select"
MEASURE = "measure"
_MARK = "mark:"


def marking(text: str) -> str:
    """Return the name of the tool that marks events of this text: ``"mark:EEG arousal"``."""
    return f"{_MARK}{text}"


def marked_text(tool: str) -> str:
    """Return the text of the events that a tool marks; empty where it marks none."""
    return tool.removeprefix(_MARK) if tool.startswith(_MARK) else ""
