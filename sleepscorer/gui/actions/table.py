"""Everything the window can do: one table that menus, toolbar and the sheet of keys follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sleepscorer.core.event_kinds import EVENT_KINDS, kinds
from sleepscorer.core.own_kinds import PLACES, own_name
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.gui.strip_names import FOLDABLE
from sleepscorer.session_documents import Document

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
        Its session can be edited, once it is unlocked.
    is_locked
        It is signed: what edits it is enabled, and says why it does nothing.
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
    n_scorings
        How many scorings of it the session holds.
    is_blind
        The one on the screen is scored blind by this user.
    """

    has_recording: bool = False
    is_writable: bool = False
    is_locked: bool = False
    undo_label: str | None = None
    redo_label: str | None = None
    is_scored: bool = False
    is_staging: bool = False
    is_held: bool = False
    n_presets: int = 0
    n_scorings: int = 0
    is_blind: bool = False

    @classmethod
    def of(cls, document: Document | None, *, is_staging: bool, n_presets: int) -> "WindowState":
        """Return what holds for the open document, or for none."""
        if document is None:
            return cls(is_staging=is_staging, n_presets=n_presets)
        session = document.session
        return cls(
            has_recording=True,
            is_writable=not session.read_only and session.n_epochs > 0,
            is_locked=session.is_locked,
            undo_label=session.undo_label,
            redo_label=session.redo_label,
            is_scored=bool((session.state.stages != Stage.UNSCORED).any()),
            is_staging=is_staging,
            is_held=bool(document.held_by),
            n_presets=n_presets,
            n_scorings=len(document.layers),
            is_blind=session.layer.hides_others and session.is_own,
        )


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
    """One thing the window can do; :mod:`sleepscorer.gui.commands` does it.

    Parameters
    ----------
    id
        "menu.name"; keys are given to it in :mod:`sleepscorer.gui.keys`.
    text
        In menus and the sheet of keys.
    menu
        One of :data:`MENUS`.
    enabled
        When it makes sense.
    checkable
        It is on or off.
    group
        A line separates the groups of a menu.
    in_menu
        It is shown there, besides the sheet of keys.
    repeats
        Holding the key down does it again and again.
    edits
        It changes the scoring, and does not while that is signed.
    submenu
        Of the menu; empty for the menu itself.
    """

    id: str
    text: str
    menu: str
    enabled: Callable[[WindowState], bool] = _with_recording
    checkable: bool = False
    group: int = 0
    in_menu: bool = True
    repeats: bool = False
    edits: bool = False
    submenu: str = ""


STAGE_OF: Mapping[str, Stage] = {
    f"score.{stage.name.casefold()}": stage for stage in (*STAGES, Stage.UNSCORED)
}
"""The stage that an action of the top row and letters gives an epoch."""

KEYPAD = ".keypad"
"""Ends the id of the action that does the same from the keypad."""

PRESET_IDS = tuple(f"montage.{number}" for number in range(2, 13))
"""The actions that show a montage preset, in the order of the presets; numbers of their F keys."""


OWN_KIND_IDS = tuple(f"event.{own_name(place)}" for place in PLACES)
"""The actions that mark kinds of one's own, by their places; most places are empty."""


def own_kind_texts() -> dict[str, str]:
    """Return what the actions of the places that are taken say, by action."""
    texts = {f"event.{kind.name}": kind.label for kind in kinds()}
    return {id_: texts[id_] for id_ in OWN_KIND_IDS if id_ in texts}


def _scoring(action_id: str, stage: Stage) -> tuple[ActionSpec, ActionSpec]:
    """The action of the top row and letters, and that of the keypad."""
    text = "Unscored" if stage is Stage.UNSCORED else f"Stage {stage.text}"
    return (
        ActionSpec(
            action_id,
            text,
            "Score",
            _writable_or_held,
            checkable=True,
            edits=True,
        ),
        ActionSpec(
            f"{action_id}{KEYPAD}",
            f"{text} (keypad)",
            "Score",
            _writable_or_held,
            in_menu=False,
            edits=True,
        ),
    )


def _mark(name: str, text: str) -> ActionSpec:
    return ActionSpec(
        f"event.{name}",
        text,
        "Event",
        _writable,
        checkable=True,
        edits=True,
    )


def _preset(index: int, action_id: str) -> ActionSpec:
    return ActionSpec(
        action_id,
        f"Preset {index + 1}",
        "Montage",
        lambda state: state.has_recording and state.n_presets > index,
        checkable=True,
        group=1,
    )


_FILE = (
    ActionSpec("file.open", "Open…", "File", _always),
    ActionSpec("file.folder", "Open folder…", "File", _always),
    ActionSpec("file.import", "Import scoring…", "File", _writable, group=1, edits=True),
    ActionSpec("file.report_form", "Report form…", "File", group=1),
    ActionSpec("file.export", "Export…", "File", group=1),
    ActionSpec("file.annotate", "Annotated copy…", "File", group=1),
    ActionSpec("file.deidentify", "De-identified copy…", "File", group=1),
    ActionSpec("file.copy_page", "Copy page as picture", "File", group=1),
    ActionSpec("file.print", "Print page…", "File", group=1),
    ActionSpec(
        "file.deidentify_pages",
        "Pages leave out who was recorded",
        "File",
        checkable=True,
        group=1,
    ),
    ActionSpec("file.session", "Session file…", "File", group=1),
    ActionSpec("file.close", "Close recording", "File", group=2),
    ActionSpec("file.quit", "Quit", "File", _always, group=2),
)
_EDIT = (
    ActionSpec(
        "edit.undo",
        "Undo",
        "Edit",
        lambda s: s.is_writable and s.undo_label is not None,
        repeats=True,
        edits=True,
    ),
    ActionSpec(
        "edit.redo",
        "Redo",
        "Edit",
        lambda s: s.is_writable and s.redo_label is not None,
        repeats=True,
        edits=True,
    ),
    ActionSpec("edit.preferences", "Preferences…", "Edit", _always, group=1),
    ActionSpec("edit.keys", "Keys…", "Edit", _always, group=1),
    ActionSpec("edit.save_settings", "Save settings to a file…", "Edit", _always, group=2),
    ActionSpec("edit.load_settings", "Load settings from a file…", "Edit", _always, group=2),
)
_SCORE = (
    *(spec for action_id, stage in STAGE_OF.items() for spec in _scoring(action_id, stage)),
    ActionSpec(
        "score.paint",
        "Paint on the hypnogram",
        "Score",
        _writable,
        checkable=True,
        group=1,
        edits=True,
    ),
    ActionSpec(
        "score.auto",
        "Auto-score…",
        "Score",
        lambda s: s.is_writable and not s.is_staging,
        group=2,
        edits=True,
    ),
    ActionSpec(
        "score.cancel",
        "Cancel auto-scoring",
        "Score",
        lambda s: s.is_staging,
        group=2,
    ),
    ActionSpec("score.validate", "Validate on own nights…", "Score", _always, group=3),
    ActionSpec("score.sign", "Sign…", "Score", _writable, group=3),
    ActionSpec(
        "score.unlock", "Unlock…", "Score", lambda s: s.is_writable and s.is_locked, group=3
    ),
)


def _scorers(name: str, text: str, enabled: Callable[[WindowState], bool]) -> ActionSpec:
    return ActionSpec(f"scorers.{name}", text, "Score", enabled, group=4, submenu="Scorers")


_SCORERS = (
    _scorers("new", "New scoring…", _writable),
    _scorers("import", "Import as another scorer…", _writable),
    _scorers("next", "Next scoring", lambda s: s.n_scorings > 1),
    _scorers("rename", "Rename…", _writable),
    _scorers("done", "Done scoring blind…", lambda s: s.is_writable and s.is_blind),
)
_EVENT = (
    *(_mark(kind.name, kind.label) for kind in EVENT_KINDS),
    *(_mark(own_name(place), f"Own kind {place}") for place in PLACES),
    _mark("comment", "Comment…"),
    ActionSpec("event.next", "Next event", "Event", group=1),
    ActionSpec("event.previous", "Previous event", "Event", group=1),
    ActionSpec("event.place", "Place event by keys", "Event", _writable, group=1, edits=True),
    ActionSpec(
        "event.delete", "Delete the chosen event", "Event", _writable_or_held, group=1, edits=True
    ),
    ActionSpec("event.adopt", "Take events as own…", "Event", _writable, group=1, edits=True),
    ActionSpec(
        "event.lights_off",
        "Lights off here",
        "Event",
        _writable,
        group=1,
        edits=True,
    ),
    ActionSpec(
        "event.lights_on",
        "Lights on here",
        "Event",
        _writable,
        group=1,
        edits=True,
    ),
)


def _go(name: str, text: str, *, group: int = 0) -> ActionSpec:
    return ActionSpec(f"go.{name}", text, "Go", group=group, repeats=True)


_GO = (
    _go("next", "Next epoch"),
    _go("previous", "Previous epoch"),
    _go("next_page", "Next page"),
    _go("previous_page", "Previous page"),
    _go("first", "First epoch"),
    _go("last", "Last epoch"),
    _go("next_change", "Next stage change", group=1),
    _go("previous_change", "Previous stage change", group=1),
    _go("unscored", "Next unscored epoch", group=1),
    _go("review", "Next epoch to review", group=1),
    _go("next_difference", "Next difference of scorers", group=1),
    _go("previous_difference", "Previous difference of scorers", group=1),
    ActionSpec("go.epoch", "Go to epoch or time…", "Go", group=2),
)


def _view(name: str, text: str, group: int) -> ActionSpec:
    return ActionSpec(f"view.{name}", text, "View", group=group, repeats=group == 0)


CROSSHAIR_STEPS: Mapping[str, str] = {
    "left": "Crosshair a pixel to the left",
    "right": "Crosshair a pixel to the right",
    "second_left": "Crosshair a second to the left",
    "second_right": "Crosshair a second to the right",
    "up": "Crosshair to the trace above",
    "down": "Crosshair to the trace below",
}
"""The actions "view.crosshair_<name>", and what they say."""


def _crosshair(name: str, text: str) -> ActionSpec:
    """A step by a key; the menu would be in the way of what is read."""
    return ActionSpec(f"view.crosshair_{name}", text, "View", group=1, in_menu=False, repeats=True)


def _filters(name: str, text: str) -> ActionSpec:
    return ActionSpec(f"view.{name}", text, "View", group=1, submenu="Filters of all traces")


def _staging(name: str, text: str) -> ActionSpec:
    return ActionSpec(
        f"view.{name}", text, "View", checkable=True, group=1, submenu="Staging shows"
    )


def _overview(name: str, text: str) -> ActionSpec:
    return ActionSpec(
        f"view.{name}", text, "View", checkable=True, group=1, submenu="Overview shows"
    )


_VIEW = (
    _view("gain_up", "Larger traces", 0),
    _view("gain_down", "Smaller traces", 0),
    _view("longer", "Longer page", 0),
    _view("shorter", "Shorter page", 0),
    _view("overview", "Hour or night in the overview", 1),
    _view("second_opinion", "Show or hide second opinion", 1),
    _view("amplitude_lines", "±37.5 µV lines", 1),
    ActionSpec(
        "view.explanation",
        "Where the machine saw its stage",
        "View",
        checkable=True,
        group=1,
    ),
    ActionSpec("view.crosshair", "Crosshair with time and value", "View", checkable=True, group=1),
    *(_crosshair(name, text) for name, text in CROSSHAIR_STEPS.items()),
    _filters("filters_own", "Filters and heights as in Preferences"),
    _filters("filters_aasm", "Filters as in the AASM manual"),
    _filters("filters_off", "Filters off"),
    _filters("notch_off", "Notch off"),
    _filters("notch_50", "Notch 50 Hz"),
    _filters("notch_60", "Notch 60 Hz"),
    *(_overview(f"strip_{name}", text) for name, text in FOLDABLE.items()),
    _overview("strips_fit", "As many as fit"),
    _overview("hypnogram_colours", "Hypnogram in the stages' colours"),
    _staging("stages_5", "5 stages"),
    _staging("stages_3", "3 stages (W, NREM, R)"),
    _staging("smooth", "Smooth the machine's answer"),
    ActionSpec(
        "tool.measure",
        "Measure",
        "View",
        checkable=True,
        group=1,
    ),
    ActionSpec("tool.select", "Leave tools, back to the traces", "View", group=1),
    _view("traces", "Traces", 2),
    _view("review", "Review queue", 2),
    _view("events", "Events", 2),
    _view("statistics", "Statistics", 2),
    _view("epoch", "Epoch", 2),
    _view("history", "History", 2),
    _view("compare", "Compare", 2),
    ActionSpec("view.notices", "Notices", "View", _always, group=2),
    ActionSpec(
        "view.float",
        "Panels in their own window",
        "View",
        checkable=True,
        group=2,
    ),
    ActionSpec("view.dark", "Dark colours", "View", _always, True, group=3),
)
_MONTAGE = (
    ActionSpec("view.montage", "Edit montage…", "Montage"),
    ActionSpec("view.channels", "Channels to stage…", "Montage"),
    *(_preset(index, action_id) for index, action_id in enumerate(PRESET_IDS)),
)
_HELP = (
    ActionSpec("help.contents", "Help", "Help", _always),
    ActionSpec("help.keys", "Sheet of keys", "Help", _always),
    ActionSpec("help.support", "Report for support…", "Help", _always),
    ActionSpec("help.about", "About sleepscorer", "Help", _always),
)
ACTIONS = (*_FILE, *_EDIT, *_SCORE, *_SCORERS, *_EVENT, *_GO, *_VIEW, *_MONTAGE, *_HELP)
"""All actions, in the order of the menus."""

BY_ID: Mapping[str, ActionSpec] = {spec.id: spec for spec in ACTIONS}
