"""The letters that choose an entry of a menu, no two alike in one menu."""

from collections.abc import Iterator, Sequence

from PySide6.QtWidgets import QMenu, QMenuBar


def with_mnemonics(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the texts with "&" before the letter that chooses each, as Qt marks it.

    A text for which no letter is left stays without one.
    """
    owners: dict[str, int] = {}
    # Initials first: "View" is to have its V even where "Event", before it, could take it.
    for number, text in enumerate(texts):
        initials = (text[at].casefold() for at in _initials(text))
        free = next((letter for letter in initials if letter not in owners), None)
        if free is not None:
            owners[free] = number
    for number in range(len(texts)):
        if number not in owners.values():
            _claim(number, texts, owners, set())
    letters = {number: letter for letter, number in owners.items()}
    return tuple(_marked(text, letters.get(number)) for number, text in enumerate(texts))


def without_mnemonic(text: str) -> str:
    """Return a text of Qt as people read it."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def give_mnemonics(menu: QMenu | QMenuBar) -> None:
    """Let every visible entry be chosen by a letter of its own, and none by one of its key's."""
    entries = [one for one in menu.actions() if not one.isSeparator() and one.isVisible()]
    parts = [without_mnemonic(entry.text()).partition("\t") for entry in entries]
    texts = with_mnemonics([text for text, _, _ in parts])
    for entry, text, (_, tab, key) in zip(entries, texts, parts, strict=True):
        entry.setText(f"{text}{tab}{key}")


def _claim(number: int, texts: Sequence[str], owners: dict[str, int], asked: set[str]) -> bool:
    """Give a text a free letter, or else one whose owner finds another (Kuhn's matching)."""
    letters = [sign for sign in texts[number].casefold() if _is_letter(sign)]
    for letter in letters:
        if letter not in owners:
            owners[letter] = number
            return True
    for letter in letters:
        if letter not in asked:
            asked.add(letter)
            if _claim(owners[letter], texts, owners, asked):
                owners[letter] = number
                return True
    return False


def _is_letter(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


def _initials(text: str) -> Iterator[int]:
    """Yield where words begin; before that, the last sign of "Stage W" and "Stage N1"."""
    last = len(text) - 1
    if last > 0 and (text[last].isdigit() or text[last - 1] == " ") and _is_letter(text[last]):
        yield last
    for at, sign in enumerate(text):
        if _is_letter(sign) and (at == 0 or not text[at - 1].isalnum()):
            yield at


def _marked(text: str, letter: str | None) -> str:
    """Mark a letter, at the beginning of a word or at the end of the text where it stands there."""
    if letter is None:
        return text.replace("&", "&&")
    places = [at for at, sign in enumerate(text) if sign.casefold() == letter]
    at = next((one for one in _initials(text) if one in places), places[0])
    return text[:at].replace("&", "&&") + "&" + text[at:].replace("&", "&&")
