"""Everything the window can do: one table that menus, toolbar and the sheet of keys follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sleepscorer.core.event_kinds import EVENT_KINDS
from sleepscorer.core.stages import STAGES, Stage

if TYPE_CHECKING:
    from sleepscorer.gui.commands import Commands

MENUS = ("File", "Edit", "Score", "Event", "Go", "View", "Montage", "Help")
"""In the order of the menu bar."""


@dataclass(frozen=True)
class WindowState:
    """What decides which actions make sense.

    Parameters
    ----------
    has_recording
        A recording is open.
    is_writable
        Its session can be edited.
    undo_label, redo_label
        What undo and redo would concern, or None.
    is_scored
        At least one epoch has a stage.
    is_staging
        The auto-scorer runs.
    is_held
        The session is open elsewhere, so that it can only be read here.
    n_presets
        How many montage presets there are.
    """

    has_recording: bool = False
    is_writable: bool = False
    undo_label: str | None = None
    redo_label: str | None = None
    is_scored: bool = False
    is_staging: bool = False
    is_held: bool = False
    n_presets: int = 0


def _always(_state: WindowState) -> bool:
    return True


def _with_recording(state: WindowState) -> bool:
    return state.has_recording


def _writable(state: WindowState) -> bool:
    return state.is_writable


def _writable_or_held(state: WindowState) -> bool:
    """Enabled where it says why nothing is stored: a silent key looks like a broken one."""
    return state.is_writable or state.is_held


@dataclass(frozen=True)
class ActionSpec:
    """One thing the window can do.

    Parameters
    ----------
    id
        "menu.name"; keys are given to it in :mod:`sleepscorer.gui.keys`.
    text
        In menus and the sheet of keys.
    menu
        One of :data:`MENUS`.
    run
        What it does.
    enabled
        When it makes sense.
    checkable
        It is on or off.
    group
        A line separates the groups of a menu.
    in_menu, in_toolbar
        Where it is shown besides the sheet of keys.
    repeats
        Holding the key down does it again and again.
    submenu
        Of the menu; empty for the menu itself.
    """

    id: str
    text: str
    menu: str
    run: "Callable[[Commands], None]"
    enabled: Callable[[WindowState], bool] = _with_recording
    checkable: bool = False
    group: int = 0
    in_menu: bool = True
    in_toolbar: bool = False
    repeats: bool = False
    submenu: str = ""


def _stage_id(stage: Stage) -> str:
    return "unscored" if stage is Stage.UNSCORED else stage.name.casefold()


def _scoring(stage: Stage) -> tuple[ActionSpec, ActionSpec]:
    """The action of the top row and letters, and that of the keypad."""
    text = "Unscored" if stage is Stage.UNSCORED else f"Stage {stage.text}"
    return (
        ActionSpec(
            f"score.{_stage_id(stage)}",
            text,
            "Score",
            lambda window: window.score(stage, keypad=False),
            _writable_or_held,
            in_toolbar=True,
        ),
        ActionSpec(
            f"score.{_stage_id(stage)}.keypad",
            f"{text} (keypad)",
            "Score",
            lambda window: window.score(stage, keypad=True),
            _writable_or_held,
            in_menu=False,
        ),
    )


def _mark(name: str, text: str) -> ActionSpec:
    return ActionSpec(
        f"event.{name}",
        text,
        "Event",
        lambda window: window.mark_event(name),
        _writable,
        checkable=True,
        in_toolbar=name == "arousal",
    )


def _preset(number: int) -> ActionSpec:
    return ActionSpec(
        f"montage.{number}",
        f"Preset {number - 1}",
        "Montage",
        lambda window: window.show_preset(number - 2),
        lambda state: state.has_recording and state.n_presets > number - 2,
        checkable=True,
        group=1,
    )


_FILE = (
    ActionSpec(
        "file.open", "Open…", "File", lambda w: w.choose_recording(), _always, in_toolbar=True
    ),
    ActionSpec("file.folder", "Open folder…", "File", lambda w: w.choose_folder(), _always),
    ActionSpec("file.export", "Export…", "File", lambda w: w.export(), group=1, in_toolbar=True),
    ActionSpec("file.session", "Session file…", "File", lambda w: w.show_session(), group=1),
    ActionSpec("file.close", "Close recording", "File", lambda w: w.close_recording(), group=2),
    ActionSpec("file.quit", "Quit", "File", lambda w: w.quit(), _always, group=2),
)
_EDIT = (
    ActionSpec(
        "edit.undo",
        "Undo",
        "Edit",
        lambda w: w.undo(),
        lambda s: s.is_writable and s.undo_label is not None,
        in_toolbar=True,
        repeats=True,
    ),
    ActionSpec(
        "edit.redo",
        "Redo",
        "Edit",
        lambda w: w.redo(),
        lambda s: s.is_writable and s.redo_label is not None,
        in_toolbar=True,
        repeats=True,
    ),
    ActionSpec(
        "edit.preferences", "Preferences…", "Edit", lambda w: w.preferences(), _always, group=1
    ),
    ActionSpec("edit.keys", "Keys…", "Edit", lambda w: w.edit_keys(), _always, group=1),
)
_SCORE = (
    *(spec for stage in (*STAGES, Stage.UNSCORED) for spec in _scoring(stage)),
    ActionSpec(
        "score.clear",
        "Clear epoch, or delete the chosen event",
        "Score",
        lambda w: w.clear_epoch(),
        _writable_or_held,
    ),
    ActionSpec(
        "score.paint",
        "Paint on the hypnogram",
        "Score",
        lambda w: w.toggle_painting(),
        _writable,
        checkable=True,
        group=1,
        in_toolbar=True,
    ),
    ActionSpec(
        "score.auto",
        "Auto-score…",
        "Score",
        lambda w: w.auto_score(),
        lambda s: s.is_writable and not s.is_staging,
        group=2,
        in_toolbar=True,
    ),
    ActionSpec(
        "score.cancel",
        "Cancel auto-scoring",
        "Score",
        lambda w: w.cancel_auto_scoring(),
        lambda s: s.is_staging,
        group=2,
    ),
)
_EVENT = (
    *(_mark(kind.name, kind.label) for kind in EVENT_KINDS),
    _mark("comment", "Comment…"),
    ActionSpec("event.next", "Next event", "Event", lambda w: w.select_event(1), group=1),
    ActionSpec("event.previous", "Previous event", "Event", lambda w: w.select_event(-1), group=1),
    ActionSpec(
        "event.place", "Place event by keys", "Event", lambda w: w.place_event(), _writable, group=1
    ),
    ActionSpec(
        "event.lights_off",
        "Lights off here",
        "Event",
        lambda w: w.set_lights_here(off=True),
        _writable,
        group=1,
    ),
    ActionSpec(
        "event.lights_on",
        "Lights on here",
        "Event",
        lambda w: w.set_lights_here(off=False),
        _writable,
        group=1,
    ),
)


def _go(name: str, text: str, run: "Callable[[Commands], None]", *, group: int = 0) -> ActionSpec:
    return ActionSpec(f"go.{name}", text, "Go", run, group=group, repeats=True)


_GO = (
    _go("next", "Next epoch", lambda w: w.step_epoch(1)),
    _go("previous", "Previous epoch", lambda w: w.step_epoch(-1)),
    _go("next_page", "Next page", lambda w: w.turn_page(1)),
    _go("previous_page", "Previous page", lambda w: w.turn_page(-1)),
    _go("first", "First epoch", lambda w: w.go_to_end(last=False)),
    _go("last", "Last epoch", lambda w: w.go_to_end(last=True)),
    _go("next_change", "Next stage change", lambda w: w.step_change(back=False), group=1),
    _go("previous_change", "Previous stage change", lambda w: w.step_change(back=True), group=1),
    _go("unscored", "Next unscored epoch", lambda w: w.next_unscored(), group=1),
    _go("review", "Next epoch to review", lambda w: w.next_to_review(), group=1),
    ActionSpec("go.epoch", "Go to epoch or time…", "Go", lambda w: w.go_to(), group=2),
)


def _view(name: str, text: str, run: "Callable[[Commands], None]", group: int) -> ActionSpec:
    return ActionSpec(f"view.{name}", text, "View", run, group=group, repeats=group == 0)


def _filters(name: str, text: str, run: "Callable[[Commands], None]") -> ActionSpec:
    return ActionSpec(f"view.{name}", text, "View", run, group=1, submenu="Filters of all traces")


def _staging(name: str, text: str, run: "Callable[[Commands], None]") -> ActionSpec:
    return ActionSpec(
        f"view.{name}", text, "View", run, checkable=True, group=1, submenu="Staging shows"
    )


_VIEW = (
    _view("gain_up", "Larger traces", lambda w: w.zoom_gain(1.25), 0),
    _view("gain_down", "Smaller traces", lambda w: w.zoom_gain(0.8), 0),
    _view("longer", "Longer page", lambda w: w.change_page_length(1), 0),
    _view("shorter", "Shorter page", lambda w: w.change_page_length(-1), 0),
    _view("overview", "Hour or night in the overview", lambda w: w.zoom_overview(), 1),
    _view("second_opinion", "Show or hide second opinion", lambda w: w.toggle_second_opinion(), 1),
    _view("amplitude_lines", "±37.5 µV lines", lambda w: w.toggle_amplitude_lines(), 1),
    ActionSpec(
        "view.explanation",
        "Where the machine saw its stage",
        "View",
        lambda w: w.toggle_explanation(),
        checkable=True,
        group=1,
    ),
    _filters("filters_aasm", "Filters as in the AASM manual", lambda w: w.filter_traces(aasm=True)),
    _filters("filters_off", "Filters off", lambda w: w.filter_traces(aasm=False)),
    _filters("notch_off", "Notch off", lambda w: w.notch_traces(None)),
    _filters("notch_50", "Notch 50 Hz", lambda w: w.notch_traces(50.0)),
    _filters("notch_60", "Notch 60 Hz", lambda w: w.notch_traces(60.0)),
    _staging("stages_5", "5 stages", lambda w: w.show_stages(three=False)),
    _staging("stages_3", "3 stages (W, NREM, R)", lambda w: w.show_stages(three=True)),
    _staging("smooth", "Smooth the machine's answer", lambda w: w.toggle_smoothing()),
    ActionSpec(
        "tool.measure",
        "Measure",
        "View",
        lambda w: w.toggle_measuring(),
        checkable=True,
        group=1,
        in_toolbar=True,
    ),
    ActionSpec(
        "tool.select", "Leave tools, back to the traces", "View", lambda w: w.leave(), group=1
    ),
    _view("traces", "Traces", lambda w: w.focus_traces(), 2),
    _view("review", "Review queue", lambda w: w.show_panel("review"), 2),
    _view("events", "Events", lambda w: w.show_panel("events"), 2),
    _view("statistics", "Statistics", lambda w: w.show_panel("statistics"), 2),
    _view("epoch", "Epoch", lambda w: w.show_panel("epoch"), 2),
    ActionSpec(
        "view.float",
        "Panels in their own window",
        "View",
        lambda w: w.float_panels(),
        checkable=True,
        group=2,
    ),
    ActionSpec(
        "view.dark", "Dark colours", "View", lambda w: w.toggle_dark(), _always, True, group=3
    ),
)
_MONTAGE = (
    ActionSpec("view.montage", "Edit montage…", "Montage", lambda w: w.edit_montage()),
    ActionSpec("view.channels", "Channels to stage…", "Montage", lambda w: w.choose_channels()),
    *(_preset(number) for number in range(2, 13)),
)
_HELP = (
    ActionSpec("help.contents", "Help", "Help", lambda w: w.show_help(), _always),
    ActionSpec("help.keys", "Sheet of keys", "Help", lambda w: w.show_keys(), _always),
    ActionSpec("help.about", "About sleepscorer", "Help", lambda w: w.show_about(), _always),
)
ACTIONS = (*_FILE, *_EDIT, *_SCORE, *_EVENT, *_GO, *_VIEW, *_MONTAGE, *_HELP)
"""All actions, in the order of the menus."""

BY_ID: Mapping[str, ActionSpec] = {spec.id: spec for spec in ACTIONS}
