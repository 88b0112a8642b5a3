"""What the actions do to the open recording and its panes."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QInputDialog

from sleepscorer.analysis.display import DisplayMontage
from sleepscorer.core.event_kinds import event_kind
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.gui.frame.workspace import Workspace
from sleepscorer.gui.keys import with_keys
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.traces.changes import filtered_alike, notched

if TYPE_CHECKING:
    from sleepscorer.gui.main_window import MainWindow


class Commands:
    """One method an action; what needs a recording does nothing without one.

    Parameters
    ----------
    window
        Whose actions they are.
    """

    def __init__(self, window: "MainWindow") -> None:
        self._window = window

    # -- scoring --------------------------------------------------------------------------------

    def score(self, stage: Stage, *, keypad: bool) -> None:
        """Score the current epoch and go on as preferred; while painting, choose the stage."""
        now = self._window.settings.now
        advance = now.advance_after_keypad if keypad else now.advance_after_top_row

        def score(panes: Workspace) -> None:
            if self._window.actions_of["score.paint"].isChecked():
                panes.model.set_painting_stage(stage)
            elif self._refuses_edits():
                return
            elif panes.traces.is_unreadable:
                self._window.status.refuse(
                    "This page can't be read: what isn't shown isn't scored."
                )
            else:
                in_queue = panes.review.is_followed
                is_scored = panes.model.score(stage, advance=advance and not in_queue)
                if is_scored and advance and in_queue:
                    self._go_on_in_queue(panes)

        self._with_workspace(score)

    def clear_epoch(self) -> None:
        """Delete the event chosen in the traces, or else take the epoch's stage away and stay."""

        def clear(panes: Workspace) -> None:
            if self._refuses_edits() or panes.traces.delete_selected_event():
                return
            model, say = panes.model, self._window.status.say
            epoch, stage = model.epoch, Stage(int(model.session.state.stages[model.epoch]))
            if stage is Stage.UNSCORED:
                say(f"Epoch {epoch + 1} has no stage, and no event is chosen")
            elif model.score_epochs([epoch], Stage.UNSCORED):
                say(f"Stage {stage.text} of epoch {epoch + 1} cleared")

        self._with_workspace(clear)

    def undo(self) -> None:
        """Take the last edit back."""
        self._with_workspace(lambda panes: _travel(panes, SessionModel.undo))

    def redo(self) -> None:
        """Do the last undone edit again."""
        self._with_workspace(lambda panes: _travel(panes, SessionModel.redo))

    def toggle_painting(self) -> None:
        """Begin or end painting on the hypnogram."""
        wanted = self._window.actions_of["score.paint"].isChecked()
        self._with_workspace(lambda panes: panes.overview.set_painting(wanted))

    def auto_score(self) -> None:
        """Ask what may be filled, then stage."""
        self._window.dialogs.auto_score()

    def cancel_auto_scoring(self) -> None:
        """Stop staging."""
        self._window.auto_scorer.cancel()

    # -- events ---------------------------------------------------------------------------------

    def mark_event(self, name: str) -> None:
        """Let dragging on the traces mark this event; a comment is asked for first."""
        document = self._window.document
        if name == "comment":
            text, ok = QInputDialog.getText(self._window, "Comment", "Text of the comment")
            if not ok or not text.strip() or self._window.document is not document:
                self.leave()
                return
        else:
            text = event_kind(name).text
        self._use_tool(f"mark:{text.strip()}")
        how = "drag on a trace, or {event.place} and the arrow keys; {tool.select} leaves"
        self._window.status.say(f"{text.strip()}: {with_keys(how, self._window.keys)}")

    def select_event(self, step: int) -> None:
        """Choose the next or the previous event, and go there."""

        def select(panes: Workspace) -> None:
            if not panes.traces.select_event(step):
                self._window.status.say("No event " + ("after" if step > 0 else "before") + " this")

        self._with_workspace(select)

    def place_event(self) -> None:
        """Mark or change an event by the arrow keys."""
        self._with_workspace(lambda panes: panes.traces.place_event())

    def set_lights_here(self, *, off: bool) -> None:
        """Put lights off at the start of the current epoch, or lights on at its end."""

        def change(model: SessionModel) -> None:
            state = model.session.state
            if off:
                model.set_lights(model.epoch * EPOCH_S, state.lights_on_s)
            else:
                model.set_lights(state.lights_off_s, (model.epoch + 1) * EPOCH_S)

        self._with_model(change)

    def leave(self) -> None:
        """End tools, choose no event, put notices away, and give the traces the focus."""
        self._window.notices.dismiss()
        self._with_workspace(Workspace.leave_tools)
        self._with_model(lambda model: model.choose_event(None))
        self._window.show_tool("select")
        self._window.focus_traces()

    def toggle_measuring(self) -> None:
        """Begin or end measuring."""
        wanted = self._window.actions_of["tool.measure"].isChecked()
        self._use_tool("measure" if wanted else "select")

    def _use_tool(self, tool: str) -> None:
        def use(panes: Workspace) -> None:
            panes.overview.set_painting(False)
            panes.traces.set_tool(tool)

        self._with_workspace(use)
        self._window.show_tool(tool)

    # -- going ----------------------------------------------------------------------------------

    def step_epoch(self, step: int) -> None:
        """Go by epochs."""
        self._with_model(lambda model: model.select_epoch(model.epoch + step))

    def turn_page(self, pages: int) -> None:
        """Go by pages."""
        self._with_model(lambda model: model.turn_page(pages))

    def go_to_end(self, *, last: bool) -> None:
        """Go to the first or the last epoch."""
        self._with_model(lambda model: model.select_epoch(model.n_epochs - 1 if last else 0))

    def step_change(self, *, back: bool) -> None:
        """Go to the next change of stage."""
        self._with_model(lambda model: model.next_stage_change(back=back))

    def next_unscored(self) -> None:
        """Go to the next epoch without a stage."""

        def go(model: SessionModel) -> None:
            unscored = model.session.state.stages == Stage.UNSCORED
            if not unscored.any():
                self._window.status.say("Every epoch is scored")
            model.next_epoch_where(unscored)

        self._with_model(go)

    def next_to_review(self) -> None:
        """Go to the next epoch of the review queue."""
        self._with_workspace(self._go_on_in_queue)

    def go_to(self) -> None:
        """Ask for an epoch or a time, and go there."""
        self._window.dialogs.go_to()

    # -- view -----------------------------------------------------------------------------------

    def zoom_gain(self, factor: float) -> None:
        """Draw all traces larger or smaller."""
        self._with_workspace(lambda panes: panes.traces.zoom_gain(factor))

    def change_page_length(self, step: int) -> None:
        """Show longer or shorter pages."""
        self._with_model(lambda model: model.step_page_length(step))

    def toggle_amplitude_lines(self) -> None:
        """Draw the ±37.5 µV lines on the EEG, or nowhere."""

        def change(model: SessionModel) -> None:
            montage = model.montage
            wanted = not any(trace.amplitude_lines for trace in montage.traces)
            traces = tuple(
                replace(trace, amplitude_lines=wanted and trace.channel.kind == "eeg")
                for trace in montage.traces
            )
            model.set_montage(DisplayMontage(montage.name, traces))

        self._with_model(change)

    def filter_traces(self, *, aasm: bool) -> None:
        """Give all traces the filters of the AASM manual for their kind, or none."""
        self._with_model(lambda m: m.set_montage(filtered_alike(m.montage, aasm=aasm)))

    def notch_traces(self, notch_hz: float | None) -> None:
        """Take a frequency of the mains out of all traces that have a filter of their kind."""
        self._with_model(lambda m: m.set_montage(notched(m.montage, notch_hz)))

    def toggle_explanation(self) -> None:
        """Show on the traces where the network saw the stage of the epoch, or no more."""
        action = self._window.actions_of["view.explanation"]

        def show(panes: Workspace) -> None:
            wanted = action.isChecked()
            if wanted and not panes.explainer.has_staging:
                action.setChecked(False)
                self._window.status.refuse(panes.explainer.status)
                return
            if wanted and panes.explainer.can_start:
                panes.explainer.start()
            panes.explainer.set_shown(wanted)
            self._window.status.say(panes.explainer.status if wanted else "")

        self._with_workspace(show)

    def zoom_overview(self) -> None:
        """Show an hour in the overview, or the night."""
        self._with_workspace(lambda panes: panes.overview.toggle_zoom())

    def toggle_second_opinion(self) -> None:
        """Show another stager's answer in the overview, or hide it."""

        def toggle(model: SessionModel) -> None:
            if model.session.second is None:
                how = "choose one in Auto-score ({score.auto})"
                self._window.status.say(
                    f"There is no second opinion: {with_keys(how, self._window.keys)}"
                )
                return
            model.show_second_opinion(shown=not model.shows_second_opinion)
            seen = "shown" if model.shows_second_opinion else "hidden"
            self._window.status.say(f"The second opinion is {seen} in the overview")

        self._with_model(toggle)

    def focus_traces(self) -> None:
        """Put the focus on the traces."""
        self._window.focus_traces()

    def show_panel(self, name: str) -> None:
        """Show a panel and put the focus there."""
        self._window.show_panel(name)

    def float_panels(self) -> None:
        """Show the panels in a window of their own, or beside the traces again."""
        wanted = self._window.actions_of["view.float"].isChecked()
        self._window.dock.setFloating(wanted)
        self._window.dock.show()

    def show_stages(self, *, three: bool) -> None:
        """Show the machine's layer in three stages or five; scoring has five always."""
        self._window.settings.set(three_stages=three)
        # The one that was on already went off by its key.
        self._window.machine_view.show()

    def toggle_smoothing(self) -> None:
        """Show the machine's smoothed answer beside its own, or not."""
        self._window.settings.set(smooth_machine=not self._window.settings.now.smooth_machine)

    def toggle_dark(self) -> None:
        """Change between light and dark colours."""
        settings = self._window.settings
        settings.set(theme="light" if settings.now.theme == "dark" else "dark")

    def show_preset(self, index: int) -> None:
        """Show a montage preset; from 0."""
        self._window.presets.show(index)

    # -- dialogs --------------------------------------------------------------------------------

    def choose_recording(self) -> None:
        """Ask for a recording and open it."""
        self._window.dialogs.choose_recording()

    def choose_folder(self) -> None:
        """Ask for a folder and list its recordings."""
        self._window.dialogs.choose_folder()

    def export(self) -> None:
        """Ask what to write where, and write it."""
        self._window.dialogs.export()

    def show_session(self) -> None:
        """Say where the session is stored, and what the log of edits holds."""
        self._window.dialogs.show_session()

    def edit_montage(self) -> None:
        """Edit what is shown."""
        self._window.dialogs.edit_montage()

    def choose_channels(self) -> None:
        """Ask which channels to stage by."""
        self._window.dialogs.choose_channels()

    def preferences(self) -> None:
        """Change settings."""
        self._window.dialogs.preferences()

    def edit_keys(self) -> None:
        """Change keys."""
        self._window.dialogs.edit_keys()

    def show_keys(self) -> None:
        """Show the sheet of keys."""
        self._window.dialogs.show_keys()

    def show_help(self) -> None:
        """Show the manual, or put it away."""
        self._window.show_help()

    def show_about(self) -> None:
        """Say what the program is."""
        self._window.dialogs.show_about()

    def close_recording(self) -> None:
        """Close the recording; everything is stored."""
        self._window.close_recording()

    def quit(self) -> None:
        """Close the window."""
        self._window.close()

    def _refuses_edits(self) -> bool:
        """Say who holds the session, if it can only be read here."""
        document = self._window.document
        holder = "" if document is None else document.held_by
        if holder:
            self._window.status.refuse(f"Read only, nothing was stored: held by {holder}")
        return bool(holder)

    def _go_on_in_queue(self, panes: Workspace) -> None:
        if not panes.review.go_to_next():
            self._window.status.say("No epoch is left in the review queue")

    def _with_model(self, do: Callable[[SessionModel], object]) -> None:
        if self._window.workspace is not None:
            do(self._window.workspace.model)

    def _with_workspace(self, do: Callable[[Workspace], object]) -> None:
        if self._window.workspace is not None:
            do(self._window.workspace)


def _travel(panes: Workspace, step: Callable[[SessionModel], None]) -> None:
    """Undo or redo; who takes a step in the review queue back has not left it."""
    in_queue = panes.review.is_followed
    step(panes.model)
    if in_queue:
        panes.review.follow(panes.model.epoch)
