"""Every figure by its key, whether or not a reader may be given it."""

from collections.abc import Mapping, Sequence

import numpy as np

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.event_statistics.figures import EVENT_FIGURES, Source
from sleepscorer.core.event_statistics.movements import (
    belong_together,
    limb_movements,
    periodic_series,
)
from sleepscorer.core.event_statistics.night_time import NightTime, per_hour
from sleepscorer.core.event_statistics.oximetry import (
    Rate,
    desaturations,
    sound_pulse,
    sound_saturation,
)
from sleepscorer.core.event_statistics.roles import APNEAS, BREATHING, Role, end_of, with_role
from sleepscorer.core.event_statistics.rules import EventRules
from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage

Values = Mapping[str, float | int | None]


def of_breathing(events: Sequence[Event], night: NightTime) -> Values:
    """Count apneas, hypopneas and RERAs that begin in sleep."""

    def counted(*roles: Role) -> list[Event]:
        return night.asleep(with_role(events, roles))

    def index(n: int) -> float | None:
        return per_hour(n, night.tst_min)

    n_apneas, n_hypopneas = len(counted(*APNEAS)), len(counted(Role.HYPOPNEA))
    kinds = {
        "obstructive": len(counted(Role.OBSTRUCTIVE)),
        "central": len(counted(Role.CENTRAL)),
        "mixed": len(counted(Role.MIXED)),
    }
    of_ahi = counted(*APNEAS, Role.HYPOPNEA)
    n_nrem = len(night.in_stages(of_ahi, night.nrem_stages))
    n_rem = len(night.in_stages(of_ahi, (Stage.R,)))
    return {
        "apneas": n_apneas,
        **{f"apneas_{kind}": n for kind, n in kinds.items()},
        "hypopneas": n_hypopneas,
        "reras": len(counted(Role.RERA)),
        "ai_per_h": index(n_apneas),
        **{f"{kind[0]}ai_per_h": index(n) for kind, n in kinds.items()},
        "hi_per_h": index(n_hypopneas),
        "ahi_per_h": index(n_apneas + n_hypopneas),
        "ahi_nrem_per_h": per_hour(n_nrem, night.minutes(night.nrem_stages)),
        "ahi_rem_per_h": per_hour(n_rem, night.minutes((Stage.R,))),
        "rdi_per_h": index(len(counted(*BREATHING))),
    }


def of_movements(
    events: Sequence[Event],
    night: NightTime,
    scored: frozenset[EventFamily],
    rules: EventRules,
) -> Values:
    """Count movements and their series, and of what the arousals are."""
    breathing = with_role(events, BREATHING) if EventFamily.RESPIRATORY in scored else []
    arousals = night.inside(with_role(events, (Role.AROUSAL,)))
    legs = night.asleep(with_role(events, (Role.LIMB,)))
    movements = limb_movements(legs, breathing, rules.limbs)
    series = periodic_series(movements, rules.limbs)
    periodic = [movement for one in series for movement in one]
    beside_s = rules.arousals.beside_limb_s
    n_with_arousal = sum(
        any(belong_together(movement, arousal, beside_s) for arousal in arousals)
        for movement in periodic
    )
    causes = {"respiratory": 0, "limb": 0, "spontaneous": 0}
    for arousal in arousals:
        if _is_respiratory(arousal, breathing, rules):
            causes["respiratory"] += 1
        elif any(belong_together(one, arousal, beside_s) for one in movements):
            causes["limb"] += 1
        else:
            causes["spontaneous"] += 1
    tst_min = night.tst_min
    return {
        **{f"arousals_{cause}": n for cause, n in causes.items()},
        **{f"arousal_{cause}_index_per_h": per_hour(n, tst_min) for cause, n in causes.items()},
        "limb_movements": len(movements),
        "lmi_per_h": per_hour(len(movements), tst_min),
        "plm_series": len(series),
        "plms": len(periodic),
        "plmi_per_h": per_hour(len(periodic), tst_min),
        "plms_arousal": n_with_arousal,
        "plmai_per_h": per_hour(n_with_arousal, tst_min),
    }


def _is_respiratory(arousal: Event, breathing: Sequence[Event], rules: EventRules) -> bool:
    after_s = rules.arousals.after_respiratory_s + 1e-6
    return any(one.onset_s <= arousal.onset_s <= end_of(one) + after_s for one in breathing)


def of_saturation(signal: Rate | None, night: NightTime, rules: EventRules) -> Values:
    """Read saturation in sleep, and find desaturations; all None without a sound value."""
    keys = [one.definition.key for one in EVENT_FIGURES if one.source is Source.SATURATION]
    if signal is None:
        return dict.fromkeys(keys)
    slow = sound_saturation(signal, rules.oximetry)
    sound = slow.at(night.is_asleep(), night.epoch_s)
    if not sound.size:
        return dict.fromkeys(keys)
    below = {limit: int(np.count_nonzero(sound < limit)) for limit in (90, 88)}
    falls = {
        fall: sum(
            (stage := night.stage_at(one.onset_s)) is not None and stage.is_sleep
            for one in desaturations(slow, fall, rules.oximetry)
        )
        for fall in (3, 4)
    }
    return {
        "spo2_mean_pct": float(sound.mean()),
        "spo2_lowest_pct": float(sound.min()),
        **{f"t{limit}_min": n * slow.step_s / 60 for limit, n in below.items()},
        **{f"t{limit}_pct": 100 * n / sound.size for limit, n in below.items()},
        **{f"desaturations_{fall}": n for fall, n in falls.items()},
        **{f"odi{fall}_per_h": per_hour(n, night.tst_min) for fall, n in falls.items()},
        "spo2_sound_pct": min(100 * sound.size * slow.step_s / 60 / night.tst_min, 100.0),
    }


def of_pulse(signal: Rate | None, night: NightTime, rules: EventRules) -> Values:
    """Read the pulse in sleep; all None without a sound value."""
    keys = ("pulse_mean_per_min", "pulse_highest_per_min", "pulse_lowest_per_min")
    if signal is None:
        return dict.fromkeys(keys)
    sound = sound_pulse(signal, rules.pulse).at(night.is_asleep(), night.epoch_s)
    if not sound.size:
        return dict.fromkeys(keys)
    return dict(
        zip(keys, (float(sound.mean()), float(sound.max()), float(sound.min())), strict=True)
    )
