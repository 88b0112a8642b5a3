"""What the actions do that concern several scorings of the night: begin, show and end them."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Slot

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.gui.actions.table import BY_ID
from sleepscorer.gui.dialogs.asking import WindowDialogs
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.frame.status_line import StatusLine

# What brings in stages that a blind scorer must not see.
_OF_OTHERS = ("score.auto", "file.import", "scorers.import")


class ScorerCommands(QObject):
    """Does them to the open session; without one it does nothing.

    Parameters
    ----------
    current
        What is open.
    status
        Where it is said why nothing, or what, was done.
    dialogs
        What asks.

    Attributes
    ----------
    by_id
        What each action does.
    """

    def __init__(
        self,
        current: CurrentRecording,
        status: StatusLine,
        dialogs: WindowDialogs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current, self._status = current, status
        self.by_id: Mapping[str, Callable[[], object]] = {
            "scorers.new": dialogs.new_scoring,
            "scorers.import": dialogs.choose_layer,
            "scorers.next": self._show_next,
            "scorers.rename": dialogs.rename_scoring,
            "scorers.done": dialogs.finish_scoring,
        }

    def refusal_of(self, action_id: str) -> str:
        """Say why that can't be done to the scoring on the screen; empty where it can."""
        document = self._current.document
        if document is None or document.held_by:
            return ""
        session = document.session
        try:
            if BY_ID[action_id].edits:
                session.layer.check_edited_by(session.author)
            if action_id in _OF_OTHERS and session.is_own:
                session.layer.check_sees_others()
        except SleepScorerError as error:
            return _sentence(error)
        return ""

    @Slot(int)
    def show(self, number: int) -> None:
        """Show a scoring of the night, or say why that can't be."""
        document = self._current.document
        if document is None:
            return
        try:
            document.switch_layer(number)
        except SleepScorerError as error:
            self._status.refuse(_sentence(error))
            return
        scorers = ", ".join(document.scorings.scorers_of(document.session.layer))
        name = document.session.layer.name
        whose = "" if scorers in ("", name) else f", scored by {scorers}"
        self._status.say(f"Scoring {name}{whose}")

    def _show_next(self) -> None:
        """Show the next scoring of the night, after the last one the first."""
        document = self._current.document
        if document is None:
            return
        numbers = [one.number for one in document.layers if not one.is_hidden]
        later = [one for one in numbers if one > document.session.layer.number]
        self.show((later or numbers)[0])


def _sentence(error: SleepScorerError) -> str:
    said = str(error).rstrip(".")
    return f"{said[:1].upper()}{said[1:]}"
