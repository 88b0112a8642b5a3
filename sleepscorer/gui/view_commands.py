"""What the actions do that change how a night is shown, and nothing of its scoring."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from sleepscorer.analysis.display import DisplayMontage
from sleepscorer.analysis.laboratory import as_laboratory
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.frame.status_line import StatusLine
from sleepscorer.gui.frame.workspace import Workspace
from sleepscorer.gui.keys import keys_of, with_keys
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.gui.strip_names import AS_MANY_AS_FIT, FOLDABLE
from sleepscorer.gui.traces.changes import filtered_alike, notched

_Do = Callable[[], object]
_Switch = Callable[[bool], object]


class ViewCommands(QObject):
    """Does them to the open recording or the settings; without a recording it does nothing to one.

    Parameters
    ----------
    current
        What is open.
    settings
        The person's.
    status
        Where it is said why nothing, or what, was done.

    Attributes
    ----------
    by_id
        What each action does.
    switches
        What each one does that begins and ends: it is told which.

    Signals
    -------
    switched_off
        The id of an action that was to be on, but can't be.
    machine_view_asked
        The machine's layer is to be shown as set.
    """

    switched_off = Signal(str)
    machine_view_asked = Signal()

    def __init__(
        self,
        current: CurrentRecording,
        settings: SettingsFile,
        status: StatusLine,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current, self._settings, self._status = current, settings, status
        self.by_id: Mapping[str, _Do] = self._steps(current)
        self.switches: Mapping[str, _Switch] = {
            "view.explanation": self._show_explanation,
            "view.crosshair": self._show_crosshair,
        }

    def _steps(self, current: CurrentRecording) -> dict[str, _Do]:
        return {
            "view.gain_up": current.with_panes(lambda panes: panes.traces.zoom_gain(1.25)),
            "view.gain_down": current.with_panes(lambda panes: panes.traces.zoom_gain(0.8)),
            "view.longer": current.with_model(lambda model: model.step_page_length(1)),
            "view.shorter": current.with_model(lambda model: model.step_page_length(-1)),
            "view.overview": current.with_panes(lambda panes: panes.overview.toggle_zoom()),
            "view.second_opinion": current.with_model(self._toggle_second_opinion),
            "view.crosshair_left": partial(self._step_crosshair, columns=-1),
            "view.crosshair_right": partial(self._step_crosshair, columns=1),
            "view.crosshair_second_left": partial(self._step_crosshair, seconds=-1.0),
            "view.crosshair_second_right": partial(self._step_crosshair, seconds=1.0),
            "view.crosshair_up": partial(self._step_crosshair, rows=-1),
            "view.crosshair_down": partial(self._step_crosshair, rows=1),
            **{
                f"view.strip_{name}": current.with_panes(partial(_toggle_strip, name=name))
                for name in FOLDABLE
            },
            "view.strips_fit": current.with_panes(_unfold_what_fits),
            "view.hypnogram_colours": self._toggle_hypnogram_colours,
            "view.amplitude_lines": current.with_model(_toggle_amplitude_lines),
            "view.filters_aasm": current.with_model(partial(_filter_traces, aasm=True)),
            "view.filters_off": current.with_model(partial(_filter_traces, aasm=False)),
            "view.filters_own": current.with_model(_show_as_laboratory),
            "view.notch_off": current.with_model(partial(self._notch, mains_hz=None)),
            "view.notch_50": current.with_model(partial(self._notch, mains_hz=50.0)),
            "view.notch_60": current.with_model(partial(self._notch, mains_hz=60.0)),
            "view.stages_5": partial(self._show_stages, three=False),
            "view.stages_3": partial(self._show_stages, three=True),
            "view.smooth": self._toggle_smoothing,
            "view.dark": self._toggle_dark,
        }

    def _show_explanation(self, wanted: bool) -> None:
        """Show on the traces where the network saw the stage of the epoch, or no more."""
        if self._current.now is None:
            return
        explainer = self._current.now.panes.explainer
        if wanted and not explainer.has_staging:
            self.switched_off.emit("view.explanation")
            self._status.refuse(explainer.status)
            return
        if wanted and explainer.can_start:
            explainer.start()
        explainer.set_shown(wanted)
        self._status.say(explainer.status if wanted else "")

    def _show_crosshair(self, wanted: bool) -> None:
        """Say at the pointer what time it is there, and what the trace says."""
        if self._current.now is not None:
            self._current.now.panes.traces.crosshair.set_shown(wanted)

    def _step_crosshair(self, *, columns: int = 0, seconds: float = 0.0, rows: int = 0) -> None:
        """Move the crosshair, if it is on."""
        if self._current.now is None:
            return
        crosshair = self._current.now.panes.traces.crosshair
        if crosshair.isHidden():
            self._status.say(self._with_keys("The crosshair is off: {view.crosshair} shows it"))
        else:
            crosshair.step(columns=columns, seconds=seconds, rows=rows)

    def _toggle_second_opinion(self, model: SessionModel) -> None:
        """Show another stager's answer in the overview, or hide it."""
        if not model.session.others:
            how = self._with_keys("choose one in Auto-score ({score.auto})")
            self._status.say(f"There is no second opinion: {how}")
            return
        model.show_second_opinion(shown=not model.shows_second_opinion)
        seen = "shown" if model.shows_second_opinion else "hidden"
        what = "The stagers' answers are" if model.is_consensus else "The second opinion is"
        self._status.say(f"{what} {seen} in the overview")

    def _notch(self, model: SessionModel, *, mains_hz: float | None) -> None:
        """Take the mains out of all traces, here and wherever the laboratory's defaults hold."""
        laboratory = replace(self._settings.now.laboratory, mains_hz=mains_hz)
        self._settings.set(laboratory=laboratory)
        model.set_montage(notched(model.montage, laboratory))
        what = "Notch off" if mains_hz is None else f"Notch {mains_hz:g} Hz"
        self._status.say(f"{what}, here and in all recordings from now on; see Preferences")

    def _show_stages(self, *, three: bool) -> None:
        """Show the machine's layer in three stages or five; scoring has five always."""
        self._settings.set(three_stages=three)
        # The one that was on already went off by its key.
        self.machine_view_asked.emit()

    def _toggle_smoothing(self) -> None:
        self._settings.set(smooth_machine=not self._settings.now.smooth_machine)

    def _toggle_hypnogram_colours(self) -> None:
        self._settings.set(hypnogram_colours=not self._settings.now.hypnogram_colours)

    def _toggle_dark(self) -> None:
        self._settings.set(theme="light" if self._settings.now.theme == "dark" else "dark")

    def _with_keys(self, text: str) -> str:
        return with_keys(text, keys_of(self._settings.now))


def _toggle_strip(panes: Workspace, *, name: str) -> None:
    panes.overview.toggle_strip(name)


def _unfold_what_fits(panes: Workspace) -> None:
    panes.overview.strips_chosen.emit(AS_MANY_AS_FIT)


def _toggle_amplitude_lines(model: SessionModel) -> None:
    """Draw the ±37.5 µV lines on the EEG, or nowhere."""
    montage = model.montage
    wanted = not any(trace.amplitude_lines for trace in montage.traces)
    traces = tuple(
        replace(trace, amplitude_lines=wanted and trace.channel.kind == "eeg")
        for trace in montage.traces
    )
    model.set_montage(DisplayMontage(montage.name, traces))


def _filter_traces(model: SessionModel, *, aasm: bool) -> None:
    """Give all traces the filters of the AASM manual for their kind, or none."""
    model.set_montage(filtered_alike(model.montage, aasm=aasm))


def _show_as_laboratory(model: SessionModel) -> None:
    """Give all traces the filters and heights of the preferences, whatever was set on them."""
    model.set_montage(as_laboratory(model.montage, model.laboratory))
