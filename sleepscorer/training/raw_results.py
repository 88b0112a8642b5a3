"""What ``models/RESULTS.md`` says of raw recordings: all stagers on the same epochs."""

# ruff: noqa: E501 - the lines of Markdown are paragraphs and rows

import math
from collections.abc import Iterator, Sequence

import numpy as np

from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.wording import counted, percent
from sleepscorer.staging.offered_weights import NOT_OFFERED
from sleepscorer.training.markdown_tables import UNKNOWN, agreement_cells, figure, signed, table
from sleepscorer.training.matched_crops import OnMatchedCrops
from sleepscorer.training.raw_found import (
    RawComparison,
    RawRow,
    StagerOnRaw,
    WakeCalledSleep,
)
from sleepscorer.training.shipped import SHIPPED

_ROW_HEADER = ("recording", "channels", "epochs", "accuracy", "kappa (95 % CI)", "macro-F1")

_ATTEMPTS = """What was tried on the way to the weights, each judged once on these recordings and none chosen by them (choices were made on the validation people, and by training on one derivation and staging the other):

| weights | kappa |
| --- | --- |
| one BiLSTM, bands jittered by .15 | .418 |
| one BiLSTM, bands jittered by .5 and a quarter of the windows short | .406 |
| the same with stretches of signal lost (`sleepedf-cnn-bilstm-2`) | .397 |
| three such BiLSTMs and a TCN averaged | .434 |
| five heads, the best on the validation people (`sleepedf-ensemble-2`) | .422 |

The EEG alone (`sleepedf-eeg-cnn-bilstm-2` in the table above) comes out at .441, and is not made the default for it. What limits them: an epoch and channel is five numbers; the derivations they learned from (Fpz-Cz, Pz-Oz) are not the central ones judged here; the levels of a night mean little in 15 to 30 minutes. Scored raw nights of several laboratories are what would help."""


def raw_sections(raw: RawComparison, crops: OnMatchedCrops | None) -> Iterator[str]:
    """The paragraphs and tables of the section."""
    yield (
        "DREAMS (excerpts of 30 min, one central EEG; the scoring of excerpt 3 is doubtful) and"
        " Female57 (15 min of a clinical recording). **These recordings chose nothing**: no weights, no"
        " moment to stop, no calibration and no threshold was set by them, and none is to be; all that"
        " follows from them is which sets the window does not offer (see below). The consensus has"
        " nothing that could be set: it is the geometric mean of the probabilities, with equal weights."
        " Still, some 25 ways of joining stagers had been looked at before on recordings of which these"
        " are a part: its lead over the best of its members is to be taken with care."
    )
    if not raw.recordings:
        return
    yield (
        "All stagers were asked in one run for the same channels of the same signals, YASA without age"
        " and sex. An epoch counts where the expert and every stager staged it. The interval of kappa"
        " beside it is over epochs of these very people, and so too narrow for others. *ECE* is the"
        " expected calibration error in 15 bins of the probability of the stage, and of the confidence"
        " (the same where a stager gives no other). *Wake found*: epochs called wake of those that the"
        " expert scored as wake, recordings with central EEG alone. *Wake called sleep*: of 25 h of"
        " presumed wake (Pz-Oz)."
    )
    yield _summary([one for one in raw.stagers if _is_first(one, raw)])
    yield from _paired(raw)
    yield _what_it_cannot_show(raw, crops)
    if crops is not None:
        yield from _matched(raw, crops)
    yield (
        "`sleepscorer score` says the same of the same files; that it once gave .452 for the default weights"
        " and .400 for YASA was of these recordings as archives of epochs, whose names of channels the program"
        " did not read, so that Fz-Cz of Female57 was taken for the EOG (what is left, their resampling to"
        " 100 Hz, moves kappa by less than .01)."
    )
    yield "Every recording, stagers beside the default weights first:"
    yield _recordings_table(raw)
    yield _ATTEMPTS
    yield _published_designs()


def _published_designs() -> str:
    named = ", ".join(f"`{name}` ({SHIPPED[name].what})" for name in NOT_OFFERED)
    return (
        f"The sets that do worst on raw signals are published designs: {named}. They are shipped for"
        " comparison and stay trainable by the same recipe; the window does not offer them."
    )


def own_rows(raw: RawComparison, name: str) -> str:
    """The table of one set of weights, for its card."""
    judged = raw.of(name)
    if judged is None or not judged.rows:
        return "Not judged on raw recordings."
    return table(_ROW_HEADER, [_cells(row) for row in judged.rows])


def wake_text(wake: WakeCalledSleep) -> str:
    """The share of wake called sleep: ``"0.9 % of 2993"``."""
    if not wake.n_staged:
        return UNKNOWN
    failed = f"; no answer on {counted(wake.n_failed, 'recording')}" if wake.n_failed else ""
    return f"{100 * wake.n_called / wake.n_staged:.1f} % of {wake.n_staged}{failed}"


def _is_first(one: StagerOnRaw, raw: RawComparison) -> bool:
    """Whether it is the reference, the consensus, or a stager of others."""
    return one.name == raw.reference or not one.is_own


def _summary(stagers: Sequence[StagerOnRaw]) -> str:
    header = (
        "stager", "epochs", "accuracy", "kappa (95 % CI)", "macro-F1", "ECE", "ECE of the confidence",
        "wake found", "wake called sleep",
    )  # fmt: skip
    rows = []
    for one in stagers:
        cells = ("0", UNKNOWN, f"none: {one.rows[-1].failure}", UNKNOWN)
        if one.pooled is not None:
            cells = agreement_cells(one.pooled)
        found, true = one.wake_found
        rows.append(
            (
                one.title,
                *cells,
                figure(one.calibration_error),
                figure(one.confidence_error),
                f"{found} of {true}" if true else UNKNOWN,
                wake_text(one.wake),
            )
        )
    return table(header, rows)


def _paired(raw: RawComparison) -> Iterator[str]:
    others = [one for one in raw.stagers if one.difference is not None and _is_first(one, raw)]
    reference = raw.of(raw.reference)
    if not others or reference is None:
        return
    n_people = len(raw.recordings)
    yield (
        f"Kappa minus that of {reference.title}, person by person, and the mean of the"
        f" {counted(n_people, 'person', 'people')} with the 95 % interval of Student's t:"
    )
    header = ("stager", *raw.recordings, "mean (95 % CI)", "pooled")
    rows = []
    for one in others:
        mean = one.difference.estimate if one.difference is not None else None
        text = UNKNOWN if mean is None else signed(mean.value)
        if mean is not None and mean.low is not None and mean.high is not None:
            text += f" ({signed(mean.low)} to {signed(mean.high)})"
        pooled = None
        if one.pooled is not None and reference.pooled is not None:
            mine, its = one.pooled.kappa, reference.pooled.kappa
            pooled = None if mine is None or its is None else mine - its
        rows.append((one.title, *map(signed, one.differences), text, signed(pooled)))
    yield table(header, rows)
    yield (
        "What the interval means with so few people: if the differences of people scatter about normally"
        " around a mean, intervals made like this hold that mean in 95 of 100 sets of as many people. That"
        " they do is an assumption which so few cannot check, these people are no sample of patients, and"
        f" the intervals are not corrected for there being {counted(len(others), 'comparison')}. A bootstrap over people"
        f" was not taken: {counted(n_people, 'person', 'people')} can be drawn again in {math.comb(2 * n_people - 1, n_people)} ways only, and its"
        " intervals are far too narrow (of four people, those said to hold the mean of normal differences"
        " 95 times in 100 hold it 80 times)."
    )


def _what_it_cannot_show(raw: RawComparison, crops: OnMatchedCrops | None) -> str:
    stages = np.concatenate(raw.stages)
    counts = {stage: int((stages == stage).sum()) for stage in STAGES}
    n_people = counted(len(raw.recordings), "person", "people")
    spread = ""
    if crops is not None:
        kappas = next(iter(crops.by_person.values()))
        if len(kappas) > 1:
            spread = (
                f" How much hangs on who it is: over {len(kappas)} held-out people of Sleep-EDF, kappa of as"
                f" many epochs of the same stages runs from {kappas[0]:.2f} to {kappas[-1]:.2f}."
            )
    return (
        f"**What {counted(sum(counts.values()), 'epoch')} cannot show**: which stager is better on the"
        f" nights of a clinic, how well any of them finds REM ({counted(counts[Stage.R], 'epoch')} here),"
        f" N1 ({counts[Stage.N1]}) or wake ({counts[Stage.W]}), or anything about disorders, drugs, children"
        f" and whole nights: stretches of 15 to 30 minutes of {n_people} tell a stager that fails from one that"
        f" works, and no more.{spread} The program's validation on a site's own nights is what decides."
    )


def _matched(raw: RawComparison, crops: OnMatchedCrops) -> Iterator[str]:
    shares, wanted = (
        ", ".join(
            f"{stage.text} {percent(share)}" for stage, share in zip(STAGES, each, strict=True)
        )
        for each in (crops.shares, crops.wanted)
    )
    yield (
        "**The same composition.** Kappa over whole nights and kappa on these recordings compare different"
        f" things: half an hour of mostly N2 leaves less to tell apart. So {counted(crops.n_crops, 'stretch', 'stretches')}"
        f" of held-out nights of Sleep-EDF were cut, one for each of these recordings and each of the"
        f" {counted(crops.n_people, 'person', 'people')} who judge: as long as the recording (30 min; 15 min), every epoch"
        " scored, and of all such stretches of the person's nights the one whose stages are nearest to the"
        " recording's (the first of equals; nothing is drawn at random, and no answer of a network plays a"
        f" part). They hold {shares}; the recordings {wanted}. On average {percent(crops.distance)} of a stretch's epochs"
        " would have to be of another stage to match. The default weights, from band powers, each stretch staged"
        " by itself as if there were nothing else, and the same epochs staged with their whole nights:"
    )
    header = (
        "channels",
        "epochs",
        "accuracy",
        "kappa (95 % CI)",
        "macro-F1",
        "kappa with whole nights",
    )
    rows = [
        (name, *agreement_cells(found), figure(crops.in_night[name].kappa))
        for name, found in crops.alone.items()
    ]
    yield table(header, rows)
    reference = raw.of(raw.reference)
    kappa = None if reference is None or reference.pooled is None else reference.pooled.kappa
    yield (
        f"These are what {figure(kappa)} on the raw recordings is to be compared with; what is left between"
        " them is other laboratories, other derivations, other scorers and chance. The other stagers need"
        " raw signals, which these nights do not have here."
    )


def _recordings_table(raw: RawComparison) -> str:
    ordered = sorted(raw.stagers, key=lambda one: not _is_first(one, raw))
    rows = [(one.title, *_cells(row)) for one in ordered for row in one.rows]
    return table(("stager", *_ROW_HEADER), rows)


def _cells(row: RawRow) -> tuple[str, ...]:
    if row.agreement is None:
        why = row.failure or "no epoch counts"
        return (row.recording, row.channels, "0", UNKNOWN, f"none: {why}", UNKNOWN)
    name = f"{row.recording} ({row.failure})" if row.failure else row.recording
    return (name, row.channels, *agreement_cells(row.agreement))
