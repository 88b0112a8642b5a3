"""Which key does what: profiles to choose from, every key remappable, conflicts refused."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from PySide6.QtGui import QKeySequence

from sleepscorer.core.errors import UsageError
from sleepscorer.core.event_kinds import EVENT_KINDS
from sleepscorer.core.own_kinds import PLACES, own_name
from sleepscorer.gui.settings import Settings
from sleepscorer.gui.strip_names import FOLDABLE

Keys = tuple[str, ...]
"""Key sequences as Qt spells them ("Ctrl+Z", "Num+1"), the first is the one shown."""

_DIGIT_STAGES: dict[str, Keys] = {"w": ("0",), "n1": ("1",), "n2": ("2",), "n3": ("3",)}
# Listed as well: a key of one's own counts for an action that is known here.
_KEYLESS = (
    "file.deidentify_pages",
    "file.session",
    "edit.keys",
    "edit.save_settings",
    "edit.load_settings",
    "score.validate",
    "scorers.import",
    "scorers.rename",
    "scorers.done",
    "view.channels",
    "view.filters_own",
    "view.filters_aasm",
    "view.filters_off",
    "view.notch_off",
    "view.notch_50",
    "view.notch_60",
    "help.support",
    "view.strips_fit",
    *(f"view.strip_{name}" for name in FOLDABLE),
    "view.hypnogram_colours",
    "help.about",
)
_FIXED: dict[str, Keys] = {
    **dict.fromkeys(_KEYLESS, ()),
    **{f"event.{own_name(place)}": () for place in PLACES},
    **{f"event.{kind.name}": (kind.key,) if kind.key else () for kind in EVENT_KINDS},
    "file.open": ("Ctrl+O",),
    "file.folder": ("Ctrl+Shift+O",),
    "file.import": ("Ctrl+I",),
    "file.report_form": ("Ctrl+Shift+F",),
    "file.export": ("Ctrl+E",),
    "file.annotate": ("Ctrl+Shift+A",),
    "file.deidentify": ("Ctrl+Shift+E",),
    "file.copy_page": ("Ctrl+Shift+C",),
    "file.print": ("Ctrl+P",),
    "file.close": ("Ctrl+W",),
    "file.quit": ("Ctrl+Q",),
    "edit.undo": ("Ctrl+Z",),
    "edit.redo": ("Ctrl+Shift+Z", "Ctrl+Y"),
    "edit.preferences": ("Ctrl+,",),
    "score.auto": ("Ctrl+R",),
    "score.cancel": ("Ctrl+Shift+R",),
    "score.paint": ("P",),
    "score.sign": ("Ctrl+Shift+S",),
    "score.unlock": ("Ctrl+Shift+U",),
    "scorers.new": ("Ctrl+N",),
    "scorers.next": ("Ctrl+T",),
    "event.comment": ("C",),
    "event.next": (".",),
    "event.previous": (",",),
    "event.place": ("K",),
    "event.delete": ("Del",),
    "event.adopt": ("Ctrl+Shift+T",),
    "event.lights_off": ("Ctrl+L",),
    "event.lights_on": ("Ctrl+Shift+L",),
    "tool.select": ("Esc",),
    "tool.measure": ("M",),
    "go.next": ("Right",),
    "go.previous": ("Left",),
    "go.next_change": ("Ctrl+Right",),
    "go.previous_change": ("Ctrl+Left",),
    "go.next_page": ("PgDown",),
    "go.previous_page": ("PgUp",),
    "go.first": ("Home",),
    "go.last": ("End",),
    "go.review": ("N",),
    "go.unscored": ("U",),
    "go.next_difference": ("J",),
    "go.previous_difference": ("Shift+J",),
    "go.epoch": ("Ctrl+G", "G"),
    "view.gain_up": ("+", "="),
    "view.gain_down": ("-",),
    "view.longer": ("Ctrl+Up",),
    "view.shorter": ("Ctrl+Down",),
    "view.montage": ("Ctrl+M",),
    "view.overview": ("Z",),
    "view.second_opinion": ("B",),
    "view.amplitude_lines": ("L",),
    "view.explanation": ("T",),
    "view.crosshair": ("V",),
    "view.crosshair_left": ("Alt+Left",),
    "view.crosshair_right": ("Alt+Right",),
    "view.crosshair_second_left": ("Alt+Shift+Left",),
    "view.crosshair_second_right": ("Alt+Shift+Right",),
    "view.crosshair_up": ("Alt+Up",),
    "view.crosshair_down": ("Alt+Down",),
    "view.dark": ("Ctrl+D",),
    "view.stages_5": ("F",),
    "view.stages_3": ("H",),
    "view.smooth": ("O",),
    "view.review": ("Ctrl+1",),
    "view.events": ("Ctrl+2",),
    "view.statistics": ("Ctrl+3",),
    "view.epoch": ("Ctrl+4",),
    "view.history": ("Ctrl+5",),
    "view.compare": ("Ctrl+6",),
    "view.traces": ("Ctrl+0",),
    "view.notices": ("Ctrl+B",),
    "view.float": ("Ctrl+Shift+P",),
    "help.contents": ("F1",),
    "help.keys": ("?",),
    **{f"montage.{number}": (f"F{number}",) for number in range(2, 13)},
}


def _stages(
    *, r: Keys = ("5",), digits: bool = True, letters: Mapping[str, str]
) -> dict[str, Keys]:
    """Top row and letters score as the preference says; the keypad has actions of its own."""
    stages = {**_DIGIT_STAGES, "r": r}
    keys: dict[str, Keys] = {}
    for stage, own in stages.items():
        letter = (letters[stage],) if stage in letters else ()
        keys[f"score.{stage}"] = (*letter, *own) if digits else letter
        keys[f"score.{stage}.keypad"] = tuple(f"Num+{digit}" for digit in own)
    keys["score.unscored"] = ("9",) if digits else ()
    keys["score.unscored.keypad"] = ("Num+9",)
    return keys


PROFILES: Mapping[str, Mapping[str, Keys]] = MappingProxyType(
    {
        "default": _FIXED | _stages(letters={"w": "W", "r": "R"}),
        "ISR": _FIXED | _stages(r=("4", "5"), letters={"w": "W", "r": "R"}),
        "letters": _FIXED
        | _stages(letters={"w": "W", "n1": "Q", "n2": "S", "n3": "D", "r": "R"}, digits=False)
        | {"score.unscored": ("E",)},
    }
)
"""Keys by action, by profile.

ISR is the AASM's inter-scorer reliability program, where R is 4. Nothing is 5 there, so that it is
R as in the default profile: who is used to that presses no dead key.
"""

PROFILE_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "default": "Default: W or 0, 1, 2, 3, R or 5",
        "ISR": "AASM inter-scorer reliability (ISR): W or 0, 1, 2, 3, R or 4 or 5",
        "letters": "Letters: W, Q for N1, S for N2, D for N3, R",
    }
)


def key_map(profile: str, own: Mapping[str, Keys]) -> dict[str, Keys]:
    """Return the keys by action: those of the profile, with a person's own in their place.

    A person's own key that another action has meanwhile goes to the person's choice.
    """
    keys = dict(PROFILES.get(profile, PROFILES["default"]))
    for action, chosen in own.items():
        if action in keys:
            taken = {canonical(key) for key in chosen}
            for other, others in keys.items():
                if other not in own:
                    keys[other] = tuple(k for k in others if canonical(k) not in taken)
            keys[action] = chosen
    return keys


def keys_of(settings: Settings) -> dict[str, Keys]:
    """Return the keys by action that a person set."""
    return key_map(settings.key_profile, settings.own_keys)


def canonical(key: str) -> str:
    """Return the spelling of a key sequence that is the same for all its spellings; "" if none."""
    return QKeySequence.fromString(key, QKeySequence.SequenceFormat.PortableText).toString(
        QKeySequence.SequenceFormat.PortableText
    )


def shown(key: str) -> str:
    """Return a key sequence as people read it on this operating system."""
    text = QKeySequence.fromString(key).toString(QKeySequence.SequenceFormat.NativeText)
    return text.replace("Num+", "Keypad ")


# Names of actions have a dot: other words in braces are meant as they stand.
_ACTION = re.compile(r"\{([a-z0-9_]+\.[a-z0-9_.]+)\}")
_REMARK = re.compile(r" *\([^(){}]*\{([a-z0-9_]+\.[a-z0-9_.]+)\}[^(){}]*\)")


def with_keys(text: str, keys: Mapping[str, Keys], *, quote: str = "") -> str:
    """Return a text with keys where it names their actions in braces: ``"Next ({go.review})"``.

    Parameters
    ----------
    text
        A remark in brackets about an action without a key is left out.
    keys
        Those in force.
    quote
        Stands before and after each key.
    """

    def remark(found: re.Match[str]) -> str:
        return found[0] if keys.get(found[1]) else ""

    def named(found: re.Match[str]) -> str:
        own = (f"{quote}{shown(key)}{quote}" for key in keys.get(found[1], ()))
        return " or ".join(own) or "(no key)"

    return _ACTION.sub(named, _REMARK.sub(remark, text))


def holder_of(key: str, keys: Mapping[str, Keys], *, but: str = "") -> str | None:
    """Return the action that a key belongs to, other than ``but``; None where it is free."""
    wanted = canonical(key)
    for action, held in keys.items():
        if action != but and wanted in {canonical(one) for one in held}:
            return action
    return None


def check_keys(action: str, chosen: Iterable[str], keys: Mapping[str, Keys]) -> Keys:
    """Return the keys for an action, in canonical spelling.

    Raises
    ------
    UsageError
        If a key is none, or belongs to another action: naming it.
    """
    result = []
    for key in chosen:
        if not canonical(key):
            raise UsageError(f"{key!r} is no key")
        holder = holder_of(key, keys, but=action)
        if holder is not None:
            raise KeyTakenError(key, holder)
        result.append(canonical(key))
    return tuple(dict.fromkeys(result))


class KeyTakenError(UsageError):
    """A key that another action has; ``holder`` is that action."""

    def __init__(self, key: str, holder: str) -> None:
        self.holder = holder
        super().__init__(f"{shown(key)} is taken", hint="free it there first, or choose another")
