"""What each action does to the open recording, its panes and the program."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QInputDialog, QWidget

from sleepscorer.core.event_kinds import EVENT_KINDS, kinds
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.gui.actions.table import BY_ID, KEYPAD, OWN_KIND_IDS, PRESET_IDS, STAGE_OF
from sleepscorer.gui.dialogs.asking import WindowDialogs
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.frame.notices import NoticeBar
from sleepscorer.gui.frame.page_output import PageOutput
from sleepscorer.gui.frame.status_line import StatusLine
from sleepscorer.gui.frame.workspace import PANEL_NAMES, Workspace
from sleepscorer.gui.jobs.auto_scoring import AutoScorer
from sleepscorer.gui.jobs.montage_presets import Presets
from sleepscorer.gui.keys import keys_of, with_keys
from sleepscorer.gui.scorer_commands import ScorerCommands
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.gui.tool_names import MEASURE, SELECT, marking
from sleepscorer.gui.view_commands import ViewCommands

_Do = Callable[[], object]
_Switch = Callable[[bool], object]


class Commands(QObject):
    """Does what the actions stand for; what needs a recording does nothing without one.

    Parameters
    ----------
    current
        What is open.
    settings
        The person's.
    status
        Where it is said why nothing, or what, was done.
    notices
        Those that are put away by leaving tools.
    dialogs, auto_scorer, presets, page_output
        What else actions begin and end.
    parent
        Over which the text of a comment is asked for.

    Attributes
    ----------
    scorers
        What concerns several scorings of the night.

    Signals
    -------
    tool_changed
        The tool of the traces: ``"select"``, ``"measure"`` or ``"mark:<text>"``.
    switched_off
        The id of an action that was to be on, but can't be.
    traces_asked, help_asked
        What the focus is to go to.
    panel_asked
        The name of the panel that is to be shown.
    floating_asked
        Whether the panels are to be in a window of their own.
    machine_view_asked
        The machine's layer is to be shown as set.
    closing_asked, quitting_asked
        The recording, or the window, is to be closed.
    """

    tool_changed = Signal(str)
    switched_off = Signal(str)
    traces_asked = Signal()
    help_asked = Signal()
    panel_asked = Signal(str)
    floating_asked = Signal(bool)
    machine_view_asked = Signal()
    closing_asked = Signal()
    quitting_asked = Signal()

    def __init__(
        self,
        current: CurrentRecording,
        settings: SettingsFile,
        *,
        status: StatusLine,
        notices: NoticeBar,
        dialogs: WindowDialogs,
        auto_scorer: AutoScorer,
        presets: Presets,
        page_output: PageOutput,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._current, self._settings = current, settings
        self._status, self._notices, self._over = status, notices, parent
        views = ViewCommands(current, settings, status, self)
        views.switched_off.connect(self.switched_off)
        views.machine_view_asked.connect(self.machine_view_asked)
        self.scorers = ScorerCommands(current, status, dialogs, self)
        self._by_id: Mapping[str, _Do] = {
            **self._of_program(dialogs, page_output),
            **self._of_scoring(dialogs, auto_scorer),
            **self.scorers.by_id,
            **self._of_events(dialogs),
            **self._of_going(dialogs),
            **self._of_window(),
            **views.by_id,
            **self._of_montages(dialogs, presets),
        }
        self._switches: Mapping[str, _Switch] = {
            "score.paint": self._paint,
            "tool.measure": self._measure,
            "view.float": self.floating_asked.emit,
            "file.deidentify_pages": self._deidentify_pages,
            **views.switches,
        }

    @Slot(str, bool)
    def run(self, action_id: str, checked: bool) -> None:
        """Do what an action stands for; what begins and ends is told which by ``checked``.

        What edits does nothing in another's scoring and while it is signed, and says why.
        """
        refusal = self.scorers.refusal_of(action_id)
        if BY_ID[action_id].edits and self._is_signed:
            if action_id not in STAGE_OF:
                self.switched_off.emit(action_id)
            self.tell_signed()
        elif refusal:
            if action_id not in STAGE_OF:
                self.switched_off.emit(action_id)
            self._status.refuse(refusal)
        elif action_id in self._switches:
            self._switches[action_id](checked)
        else:
            self._by_id[action_id]()

    # -- which action does what -----------------------------------------------------------------

    def _of_program(self, dialogs: WindowDialogs, page_output: PageOutput) -> dict[str, _Do]:
        return {
            "file.open": dialogs.choose_recording,
            "file.folder": dialogs.choose_folder,
            "file.import": dialogs.choose_scoring,
            "file.report_form": dialogs.fill_report_form,
            "file.export": dialogs.export,
            "file.annotate": dialogs.annotate,
            "file.deidentify": dialogs.deidentify,
            "file.copy_page": page_output.copy,
            "file.print": dialogs.print_page,
            "file.session": dialogs.show_session,
            "file.close": self.closing_asked.emit,
            "file.quit": self.quitting_asked.emit,
            "edit.preferences": dialogs.preferences,
            "edit.keys": dialogs.edit_keys,
            "edit.save_settings": dialogs.exchange.save,
            "edit.load_settings": dialogs.exchange.load,
            "help.contents": self.help_asked.emit,
            "help.keys": dialogs.show_keys,
            "help.support": dialogs.show_support_report,
            "help.about": dialogs.show_about,
        }

    def _of_scoring(self, dialogs: WindowDialogs, auto_scorer: AutoScorer) -> dict[str, _Do]:
        current = self._current
        by_id: dict[str, _Do] = {
            "edit.undo": current.with_panes(partial(_travel, step=SessionModel.undo)),
            "edit.redo": current.with_panes(partial(_travel, step=SessionModel.redo)),
            "score.auto": dialogs.auto_score,
            "score.validate": dialogs.validate,
            "score.cancel": auto_scorer.cancel,
            "score.sign": partial(self._sign, dialogs, auto_scorer),
            "score.unlock": dialogs.unlock,
        }
        for action_id, stage in STAGE_OF.items():
            for ending, keypad in (("", False), (KEYPAD, True)):
                score = partial(self._score, stage=stage, keypad=keypad)
                by_id[f"{action_id}{ending}"] = current.with_panes(score)
        return by_id

    def _of_events(self, dialogs: WindowDialogs) -> dict[str, _Do]:
        current = self._current
        return {
            **{f"event.{kind.name}": partial(self._mark, kind.text) for kind in EVENT_KINDS},
            **{id_: partial(self._mark_own, id_) for id_ in OWN_KIND_IDS},
            "event.comment": self._mark_comment,
            "event.next": current.with_panes(partial(self._select_event, step=1)),
            "event.previous": current.with_panes(partial(self._select_event, step=-1)),
            "event.place": current.with_panes(lambda panes: panes.traces.place_event()),
            "event.adopt": partial(self._adopt, dialogs),
            "event.delete": current.with_panes(self._delete_event),
            "event.lights_off": current.with_model(_put_lights_off),
            "event.lights_on": current.with_model(_put_lights_on),
            "tool.select": self._leave,
        }

    def _of_going(self, dialogs: WindowDialogs) -> dict[str, _Do]:
        current = self._current
        return {
            "go.next": current.with_model(lambda model: model.select_epoch(model.epoch + 1)),
            "go.previous": current.with_model(lambda model: model.select_epoch(model.epoch - 1)),
            "go.next_page": current.with_model(lambda model: model.turn_page(1)),
            "go.previous_page": current.with_model(lambda model: model.turn_page(-1)),
            "go.first": current.with_model(lambda model: model.select_epoch(0)),
            "go.last": current.with_model(lambda model: model.select_epoch(model.n_epochs - 1)),
            "go.next_change": current.with_model(lambda model: model.next_stage_change()),
            "go.previous_change": current.with_model(lambda m: m.next_stage_change(back=True)),
            "go.unscored": current.with_model(self._go_to_unscored),
            "go.review": current.with_panes(self._go_on_in_queue),
            "go.next_difference": current.with_model(self._go_to_difference),
            "go.previous_difference": current.with_model(
                lambda model: self._go_to_difference(model, back=True)
            ),
            "go.epoch": dialogs.go_to,
        }

    def _of_window(self) -> dict[str, _Do]:
        return {
            "view.traces": self.traces_asked.emit,
            "view.notices": self._go_to_notices,
            **{f"view.{name}": partial(self.panel_asked.emit, name) for name in PANEL_NAMES},
        }

    def _of_montages(self, dialogs: WindowDialogs, presets: Presets) -> dict[str, _Do]:
        return {
            "view.montage": dialogs.edit_montage,
            "view.channels": dialogs.choose_channels,
            **{id_: partial(presets.show, index) for index, id_ in enumerate(PRESET_IDS)},
        }

    def _deidentify_pages(self, wanted: bool) -> None:
        self._settings.set(deidentify_pages=wanted)

    # -- scoring --------------------------------------------------------------------------------

    def _score(self, panes: Workspace, *, stage: Stage, keypad: bool) -> None:
        """Score the current epoch and go on as preferred; while painting, choose the stage."""
        now = self._settings.now
        advance = now.advance_after_keypad if keypad else now.advance_after_top_row
        if panes.overview.is_painting:
            panes.model.set_painting_stage(stage)
        elif self._refuses_edits():
            return
        elif panes.traces.is_unreadable:
            self._status.refuse("This page can't be read: what isn't shown isn't scored.")
        else:
            in_queue = panes.review.is_followed
            is_scored = panes.model.score(stage, advance=advance and not in_queue)
            if is_scored and advance and in_queue:
                self._go_on_in_queue(panes)

    def _refuses_edits(self) -> bool:
        """Say who holds the session, if it can only be read here."""
        document = self._current.document
        holder = "" if document is None else document.held_by
        if holder:
            self._status.refuse(f"Read only, nothing was stored: held by {holder}")
        return bool(holder)

    @property
    def _is_signed(self) -> bool:
        """Whether what can be edited is signed; who has it open elsewhere is said first."""
        document = self._current.document
        return document is not None and document.session.is_locked and not document.held_by

    @Slot()
    def tell_signed(self) -> None:
        """Say that nothing was changed, since the scoring is signed, and what unlocks it."""
        if self._current.document is not None:
            stand = self._current.document.session.signing.standing
            names = ", ".join(dict.fromkeys(one.name for one in stand))
            how = self._with_keys("Score, Unlock… ({score.unlock}) takes the signature back")
            self._status.refuse(f"Nothing was changed: signed by {names}, locked. {how}")

    def _sign(self, dialogs: WindowDialogs, auto_scorer: AutoScorer) -> None:
        if auto_scorer.is_running:
            # What it answers could not be kept any more.
            self._status.refuse("Auto-scoring runs: sign when it has ended")
        else:
            dialogs.sign()

    def _paint(self, wanted: bool) -> None:
        if self._current.now is not None:
            self._current.now.panes.overview.set_painting(wanted)

    # -- events and tools -----------------------------------------------------------------------

    def _mark_comment(self) -> None:
        """Ask for the text of a comment: over what stands ready, else dragging marks it."""
        document = self._current.document
        text, ok = QInputDialog.getText(self._over, "Comment", "Text of the comment")
        if ok and text.strip() and self._current.document is document:
            if not self._remark(text.strip()):
                self._use_mark_tool(text.strip())
            self.traces_asked.emit()
        else:
            self._leave()

    def _remark(self, text: str) -> bool:
        """Put a comment over the stretch or the event chosen, if there is one."""
        is_put = self._current.now is not None and self._current.now.panes.traces.remark(text)
        if is_put:
            self._show_tool(SELECT)
        return is_put

    def _mark(self, text: str) -> None:
        """Let what stands ready on the traces be this event; else let dragging mark it."""
        if self._current.now is not None and self._current.now.panes.traces.mark(text):
            self._show_tool(SELECT)
        else:
            self._use_mark_tool(text)

    def _mark_own(self, action_id: str) -> None:
        """Mark a kind of one's own, if its place is taken."""
        for kind in kinds():
            if f"event.{kind.name}" == action_id:
                self._mark(kind.text)

    def _use_mark_tool(self, text: str) -> None:
        """Let dragging on the traces mark this event."""
        self._use_tool(marking(text))
        how = "drag on a trace, or {event.place} and the arrow keys; {tool.select} leaves"
        self._status.say(f"{text}: {self._with_keys(how)}")

    def _adopt(self, dialogs: WindowDialogs) -> None:
        """Ask which events of the recording or of other scorings are taken as one's own."""
        if not self._refuses_edits() and not dialogs.adopt_events():
            self._status.say("No events are left to take as your own")

    def _select_event(self, panes: Workspace, *, step: int) -> None:
        if not panes.traces.select_event(step):
            self._status.say("No event " + ("after" if step > 0 else "before") + " this")

    def _delete_event(self, panes: Workspace) -> None:
        """Delete the chosen event, and never anything else."""
        if not self._refuses_edits() and not panes.traces.delete_selected_event():
            instead = self._with_keys("{score.unscored} takes the epoch's stage away")
            self._status.say(f"No event is chosen: nothing was deleted; {instead}")

    def _leave(self) -> None:
        """End tools, choose no event, put notices away, and give the traces the focus."""
        self._notices.dismiss()
        if self._current.now is not None:
            self._current.now.panes.leave_tools()
            self._current.now.model.choose_event(None)
        self._show_tool(SELECT)
        self.traces_asked.emit()

    def _measure(self, wanted: bool) -> None:
        self._use_tool(MEASURE if wanted else SELECT)

    def _use_tool(self, tool: str) -> None:
        if self._current.now is not None:
            self._current.now.panes.overview.set_painting(False)
            self._current.now.panes.traces.set_tool(tool)
        self._show_tool(tool)

    def _show_tool(self, tool: str) -> None:
        self.tool_changed.emit(tool)
        if self._current.now is not None:
            self._current.now.panes.events.set_tool(tool)

    # -- going ----------------------------------------------------------------------------------

    def _go_to_unscored(self, model: SessionModel) -> None:
        unscored = model.session.state.stages == Stage.UNSCORED
        if not unscored.any():
            self._status.say("Every epoch is scored")
        model.next_epoch_where(unscored)

    def _go_to_difference(self, model: SessionModel, *, back: bool = False) -> None:
        if model.is_blind:
            self._status.say("Other scorings are hidden until this one, made blind, is done")
        elif not model.next_difference(back=back):
            self._status.say("No scorers differ in any epoch")

    def _go_on_in_queue(self, panes: Workspace) -> None:
        if panes.model.is_blind:
            self._status.say(panes.model.blind_sentence)
        elif not panes.review.go_to_next():
            self._status.say("No epoch is left in the review queue")

    # -- window ---------------------------------------------------------------------------------

    def _go_to_notices(self) -> None:
        """Put the focus into the notice on the page, or show the next one."""
        if self._notices.texts:
            self._notices.step()
        else:
            self._status.say("There are no notices")

    def _with_keys(self, text: str) -> str:
        return with_keys(text, keys_of(self._settings.now))


def _travel(panes: Workspace, step: Callable[[SessionModel], None]) -> None:
    """Undo or redo; who takes a step in the review queue back has not left it."""
    in_queue = panes.review.is_followed
    step(panes.model)
    if in_queue:
        panes.review.follow(panes.model.epoch)


def _put_lights_off(model: SessionModel) -> None:
    """At the start of the current epoch."""
    model.set_lights(model.epoch * EPOCH_S, model.session.state.lights_on_s)


def _put_lights_on(model: SessionModel) -> None:
    """At the end of the current epoch."""
    model.set_lights(model.session.state.lights_off_s, (model.epoch + 1) * EPOCH_S)
