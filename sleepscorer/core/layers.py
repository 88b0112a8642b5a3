"""Layers of a session: scorings of one recording beside each other, by people or imported.

Each layer has a log of its own, with its own undo, reviewed epochs, lights marks, events, form and
signatures. What machines answered belongs to all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.edits import Author
from sleepscorer.core.errors import NotYourScoring, SessionError

FIRST = 1
"""Number of the layer that every session has."""

_LONGEST_NAME = 100
_NOBODY = Author("", "")


class LayerKind(StrEnum):
    """What a layer is."""

    PERSON = "person"
    IMPORT = "import"
    """Another program's or person's scoring as it was read; it never changes."""
    CONSENSUS = "consensus"
    """What scorers decided together; anyone may edit it."""


class MarkKind(StrEnum):
    """What becomes of a layer after it was begun."""

    NAMED = "named"
    DONE = "done"
    HIDDEN = "hidden"
    SHOWN = "shown"


@dataclass(frozen=True)
class Layer:
    """One scoring among those of a session.

    Parameters
    ----------
    number
        From 1, in the order in which they were begun.
    utc, author
        When and by whom it was begun; empty for the first.
    name
        What it is called in lists.
    kind
        What it is.
    scorer
        The user whose scoring it is; empty where anyone may edit it.
    is_blind
        It was begun blind: until it is done, nothing of other layers and machines is shown.
    copied_from
        Number of the layer that it began as a copy of; None for others.
    is_done
        Its scorer called it done, which ends its blindness.
    is_hidden
        Lists leave it out.
    """

    number: int = FIRST
    utc: str = ""
    author: Author = _NOBODY
    name: str = "First scoring"
    kind: LayerKind = LayerKind.PERSON
    scorer: str = ""
    is_blind: bool = False
    copied_from: int | None = None
    is_done: bool = False
    is_hidden: bool = False

    @property
    def hides_others(self) -> bool:
        """Whether whoever scores it must not see what others or a machine made of the night."""
        return self.is_blind and not self.is_done

    def is_of(self, author: Author) -> bool:
        """Whether it is this user's own, and not anyone's."""
        return bool(self.scorer) and self.scorer == user_name(author.user)

    def is_edited_by(self, author: Author) -> bool:
        """Whether this user may edit it."""
        return self.kind is not LayerKind.IMPORT and (not self.scorer or self.is_of(author))

    def check_edited_by(self, author: Author) -> None:
        """Refuse an edit by anyone but its scorer.

        Raises
        ------
        NotYourScoring
            Whose it is, and what to do.
        """
        if self.is_edited_by(author):
            return
        if self.kind is LayerKind.IMPORT:
            raise NotYourScoring(
                f"{self.name} is an imported scoring and never changes: nothing was changed",
                hint="make a scoring of your own, which may begin as a copy of it",
            )
        raise NotYourScoring(
            f"this is {self.scorer}'s scoring: nothing was changed",
            hint="make a scoring of your own",
        )

    def check_sees_others(self) -> None:
        """Refuse what would show a blind scorer what others or a machine made of the night.

        Raises
        ------
        SessionError
            That it is blind, and what ends that.
        """
        if self.hides_others:
            raise SessionError(
                f"{self.name} is scored blind: other scorings and the machine's answers are hidden"
                " until it is done",
                hint="call it done first; that can't be taken back",
            )


@dataclass(frozen=True)
class LayerMark:
    """What became of a layer; only ever added to.

    Parameters
    ----------
    utc, author
        When and who.
    layer
        Number of the layer.
    kind
        What.
    text
        The name, where it was named.
    """

    utc: str
    author: Author
    layer: int
    kind: MarkKind
    text: str = ""


@dataclass(frozen=True)
class Layers:
    """All layers of a session.

    Parameters
    ----------
    begun
        Those beside the first, as they were begun; numbers from 2 without holes.
    marks
        What became of them, oldest first.
    """

    begun: tuple[Layer, ...] = ()
    marks: tuple[LayerMark, ...] = ()

    @property
    def now(self) -> tuple[Layer, ...]:
        """Every layer as it is now, by number."""
        layers = {layer.number: layer for layer in (Layer(), *self.begun)}
        for mark in self.marks:
            layers[mark.layer] = _marked(layers[mark.layer], mark)
        return tuple(layers.values())

    def of_number(self, number: int) -> Layer:
        """Return a layer as it is now; KeyError where there is none."""
        for layer in self.now:
            if layer.number == number:
                return layer
        raise KeyError(number)

    def found(self, text: str) -> Layer:
        """Return the layer of this name, or else of this number.

        Raises
        ------
        SessionError
            If there is none; it names those there are.
        """
        for layer in self.now:
            if text.strip() == layer.name:
                return layer
        for layer in self.now:
            if text.strip() == str(layer.number):
                return layer
        there = ", ".join(f"{layer.number} {layer.name}" for layer in self.now)
        raise SessionError(f"there is no scoring {text}", hint=f"there are: {there}")

    def with_layer(self, layer: Layer) -> "Layers":
        """Return them with one more."""
        return replace(self, begun=(*self.begun, layer))

    def with_mark(self, mark: LayerMark) -> "Layers":
        """Return them with one more mark."""
        return replace(self, marks=(*self.marks, mark))

    def checked_name(self, name: str, *, but: int | None = None) -> str:
        """Return what a layer may be called.

        Parameters
        ----------
        name
            As it was typed.
        but
            Number of the layer that has it already, if one has.

        Raises
        ------
        SessionError
            If it is empty, too long or another layer's.
        """
        name = " ".join(_valid(name).split())
        if not name:
            raise SessionError("a scoring needs a name", hint="type one")
        if len(name) > _LONGEST_NAME:
            raise SessionError(f"a scoring's name has at most {_LONGEST_NAME} letters")
        if any(layer.name == name and layer.number != but for layer in self.now):
            raise SessionError(f"there is a scoring {name} already", hint="choose another name")
        return name

    def free_name(self, name: str) -> str:
        """Return this name, with a number behind where another layer has it."""
        name = " ".join(_valid(name).split())[: _LONGEST_NAME - 5] or "Scoring"
        taken = {layer.name for layer in self.now}
        numbered = (f"{name} {number}" for number in count(2))
        return next(one for one in chain((name,), numbered) if one not in taken)

    def problems(self) -> Iterator[str]:
        """Say what contradicts itself in what was stored."""
        numbers = [layer.number for layer in self.begun]
        if numbers != list(range(FIRST + 1, FIRST + 1 + len(numbers))):
            yield "a scoring is missing"
        if any(not FIRST <= (layer.copied_from or FIRST) < layer.number for layer in self.begun):
            yield "what a scoring was copied from is missing"
        if any(mark.layer not in (FIRST, *numbers) for mark in self.marks):
            yield "a mark is of a scoring that is missing"


def user_name(user: str) -> str:
    """Return a user's name as a layer keeps it: without spaces around, in valid Unicode."""
    return _valid(user).strip()


def _valid(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _marked(layer: Layer, mark: LayerMark) -> Layer:
    match mark.kind:
        case MarkKind.NAMED:
            return replace(layer, name=mark.text)
        case MarkKind.DONE:
            return replace(layer, is_done=True)
        case MarkKind.HIDDEN | MarkKind.SHOWN:
            return replace(layer, is_hidden=mark.kind is MarkKind.HIDDEN)


@dataclass(frozen=True, eq=False)
class LayerStages:
    """The stages of one scoring, to be compared with others.

    Parameters
    ----------
    key
        Which: ``"layer 2"``, ``"machine"``; it stays while the session exists.
    title
        What it is called in lists.
    author
        Who scored: one name, or several with commas; empty where nobody did.
    kind
        What the layer is; None for the machine's.
    stages
        (n_epochs,) int8 values of :class:`~sleepscorer.core.stages.Stage`; read-only.
    is_active
        It is the one on the screen, which edits go to.
    is_machine
        It is the machine's latest answer.
    """

    key: str
    title: str
    author: str
    kind: LayerKind | None
    stages: NDArray[np.int8]
    is_active: bool = False
    is_machine: bool = False

    @property
    def n_scored(self) -> int:
        """How many epochs have a stage."""
        return int(np.count_nonzero(self.stages >= 0))
