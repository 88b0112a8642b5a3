"""``sleepscorer agreement``: how far two or more scorers agree, on one night or on many."""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sleepscorer.cli.comparison import print_agreement
from sleepscorer.cli.output import complain, say
from sleepscorer.cli.reading import naming_conversion
from sleepscorer.core.errors import UsageError
from sleepscorer.core.wording import counted

if TYPE_CHECKING:
    from sleepscorer.core.agreement import Agreement
    from sleepscorer.core.comparison import Comparison
    from sleepscorer.scorers.figures import PairFigures, ScorersFigures
    from sleepscorer.scorers.matching import NotCompared
    from sleepscorer.validation.found import Estimate

_NOT_COMPARED = 1
_PAIR = 2


def compare_scorings(options: argparse.Namespace) -> int:
    """Print how far scorings agree, and write the reports that are asked for."""
    paths = [options.reference, options.other, *options.others]
    folders = [path for path in paths if _is_folder(path)]
    _check_scorers(options, paths, folders)
    reports = _reports(options)
    if reports:
        from sleepscorer.scorers.report import check_report

        check_report(reports, force=options.force)
    if folders:
        return _compare_folders(options, paths, reports)
    with naming_conversion():
        if len(paths) > _PAIR or reports:
            return _compare_files(options, paths, reports)
        return print_agreement(options)


def _is_folder(path: Path) -> bool:
    """Tell a folder; what can't be looked at is refused in words where it is read."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _check_scorers(
    options: argparse.Namespace, paths: Sequence[Path], folders: Sequence[Path]
) -> None:
    others = options.other_scorer or []
    if len(others) > len(paths) - 1:
        raise UsageError("--other-scorer is given more often than there are other files")
    if folders and len(folders) < len(paths):
        odd = next(path for path in paths if path not in folders)
        raise UsageError("folders are compared with folders, and this is none", path=odd)
    if folders and (options.scorer or others):
        raise UsageError("--scorer and --other-scorer go with files, not with folders")


def _reports(options: argparse.Namespace) -> list[Path]:
    from sleepscorer.scorers.report import REPORT_NAMES

    reports = [] if options.report is None else [options.report]
    if options.out is not None:
        if options.out.exists() and not options.out.is_dir():
            raise UsageError("--out is not a folder", path=options.out)
        reports += [options.out / name for name in REPORT_NAMES]
    return reports


def _compare_folders(
    options: argparse.Namespace, paths: Sequence[Path], reports: Sequence[Path]
) -> int:
    from sleepscorer.scorers.figures import figures_of
    from sleepscorer.scorers.matching import matched_files
    from sleepscorer.scorers.nights import read_nights

    matched = matched_files(paths)
    read = read_nights(matched, subject=options.subject)
    _complain_of(read.not_compared)
    figures = figures_of(read)
    if options.json:
        _say_json(_figures_dict(figures))
    else:
        say(*_figures_lines(figures))
    _write(figures, options, reports, read.files)
    return _NOT_COMPARED if len(read.not_compared) > len(matched.not_compared) else 0


def _compare_files(
    options: argparse.Namespace, paths: Sequence[Path], reports: Sequence[Path]
) -> int:
    from sleepscorer.files.folder import stem_of_scored
    from sleepscorer.files.scorings import read_scoring
    from sleepscorer.scorers.figures import figures_of
    from sleepscorer.scorers.matching import NotCompared, scorer_names
    from sleepscorer.scorers.nights import ScoredNights, night_of

    asked = [options.scorer, *(options.other_scorer or [])]
    asked += [None] * (len(paths) - len(asked))
    read = [read_scoring(path, scorer=who) for path, who in zip(paths, asked, strict=True)]
    scorings = {}
    for path, name, who, one in zip(paths, scorer_names(paths), asked, read, strict=True):
        scorings[name if who is None else f"{name}, {who}"] = one
        for note in one.notes:
            complain(f"note: {path}: {note}")
    not_compared: list[NotCompared] = []
    night = night_of(stem_of_scored(paths[0]), scorings, not_compared)
    if night is None:
        raise UsageError("the scorings can't be compared", hint=not_compared[0].why)
    _complain_of(not_compared)
    scorers = tuple(scorings)
    figures = figures_of(ScoredNights(scorers, (night,), tuple(not_compared), tuple(paths)))
    if options.json:
        _say_json(_night_dict(night.comparison))
    else:
        say(*_night_lines(night.comparison))
    _write(figures, options, reports, paths)
    return _NOT_COMPARED if not_compared else 0


def _write(
    figures: "ScorersFigures",
    options: argparse.Namespace,
    reports: Sequence[Path],
    sources: Sequence[Path],
) -> None:
    if not reports:
        return
    from sleepscorer.scorers.report import write_report

    write_report(
        figures, reports, paper=options.paper, force=options.force, sources=sorted(sources)
    )
    for path in reports:
        complain(f"Report: {path}")


def _complain_of(not_compared: "Iterable[NotCompared]") -> None:
    for one in not_compared:
        complain(f"sleepscorer: {one.name} of {one.scorer} is not compared: {one.why}")


def _say_json(values: dict[str, Any]) -> None:
    say(*json.dumps(values, indent=2, allow_nan=False).splitlines())


def _night_lines(found: "Comparison") -> Iterator[str]:
    keys = [one.key for one in found.scorings]
    yield f"scorings   {', '.join(keys)}"
    rows = [("reference", "other", "epochs", "agreement", "kappa")]
    rows += [(*pair, *_agreement_cells(found.agreement_of(*pair))) for pair in found.pairs]
    yield from ("", *_table(rows))
    if len(keys) > _PAIR:
        rows = [("scorer", "majority of the others", "epochs", "agreement", "kappa")]
        for key in keys:
            rows.append((key, "", *_agreement_cells(found.agreement_with_others(key))))
        yield from ("", *_table(rows))
    yield ""
    kappa = "–" if found.fleiss_kappa is None else f"{found.fleiss_kappa:.3f}"
    yield f"Fleiss' kappa  {kappa} ({counted(found.n_by_all, 'epoch')} scored by all)"
    told = _consensus(found)
    yield (
        f"consensus      {told['unanimous']} unanimous, {told['majority']} by majority,"
        f" {told['undecided']} undecided, of {counted(told['scored_by_two'], 'epoch')}"
    )
    yield from (f"note: {note}" for note in found.notes)


def _agreement_cells(one: "Agreement | None") -> tuple[str, str, str]:
    if one is None:
        return "0", "–", "–"
    kappa = "–" if one.kappa is None else f"{one.kappa:.3f}"
    if one.kappa_low is not None and one.kappa_high is not None:
        kappa += f" ({one.kappa_low:.3f} to {one.kappa_high:.3f})"
    return str(one.n_epochs), f"{100 * one.accuracy:.1f} %", kappa


def _consensus(found: "Comparison") -> dict[str, int]:
    two = found.n_scored >= _PAIR
    unanimous, majority = found.unanimous >= 0, found.majority >= 0
    return {
        "scored_by_two": int(two.sum()),
        "unanimous": int(unanimous.sum()),
        "majority": int((majority & ~unanimous).sum()),
        "undecided": int((two & ~majority).sum()),
    }


def _night_dict(found: "Comparison") -> dict[str, Any]:
    def values(one: "Agreement | None") -> dict[str, Any] | None:
        return None if one is None else dict(one.as_dict())

    return {
        "scorings": [one.key for one in found.scorings],
        "pairs": [
            {"reference": pair[0], "other": pair[1], "agreement": values(found.agreement_of(*pair))}
            for pair in found.pairs
        ],
        "with_majority_of_others": {
            one.key: values(found.agreement_with_others(one.key)) for one in found.scorings
        },
        "fleiss_kappa": found.fleiss_kappa,
        "n_epochs_scored_by_all": found.n_by_all,
        "consensus": _consensus(found),
        "disagreements": (found.disagreements + 1).tolist(),
        "notes": list(found.notes),
    }


def _figures_lines(figures: "ScorersFigures") -> Iterator[str]:
    from sleepscorer.scorers.report.words import summary
    from sleepscorer.validation.report.words import interval, number

    def told(one: "Estimate", digits: int = 3) -> str:
        bounds = interval(one, digits)
        return number(one.value, digits) + (f" ({bounds})" if bounds else "")

    yield from summary(figures)
    rows = [("reference", "other", "nights", "epochs", "agreement", "kappa", "kappa, all epochs")]
    for pair in figures.pairs:
        pooled = pair.pooled_kappa
        written = number(pooled.value, 3)
        if pooled.low is not None and pooled.high is not None:
            written += f" ({pooled.low:.3f} to {pooled.high:.3f})"
        counts = (str(len(pair.nights)), str(pair.n_epochs))
        rows.append(
            (pair.reference, pair.other, *counts, told(pair.accuracy), told(pair.kappa), written)
        )
    yield from ("", *_table(rows), "", "Means over people, with 95 % intervals.")
    if figures.fleiss.value is not None:
        yield f"Fleiss' kappa, mean over people: {told(figures.fleiss)}"


def _figures_dict(figures: "ScorersFigures") -> dict[str, Any]:
    read = figures.read
    return {
        "scorers": list(read.scorers),
        "pairs": [_pair_dict(pair) for pair in figures.pairs],
        "fleiss_kappa": _estimate_dict(figures.fleiss),
        "not_compared": [
            {"name": one.name, "scorer": one.scorer, "why": one.why} for one in read.not_compared
        ],
    }


def _pair_dict(pair: "PairFigures") -> dict[str, Any]:
    def by_stage(values: Iterable[float | None]) -> dict[str, float | None]:
        return {s.text: value for s, value in zip(pair.stage_set, values, strict=True)}

    return {
        "reference": pair.reference,
        "other": pair.other,
        "n_nights": len(pair.nights),
        "n_people": pair.n_people,
        "n_epochs": pair.n_epochs,
        "accuracy": _estimate_dict(pair.accuracy),
        "kappa": _estimate_dict(pair.kappa),
        "accuracy_all_epochs": pair.pooled_accuracy,
        "kappa_all_epochs": _estimate_dict(pair.pooled_kappa),
        "agreement_by_stage": by_stage(pair.agreement_by_stage),
        "kappa_by_stage": by_stage(pair.kappa_by_stage),
        "confusion": [list(row) for row in pair.confusion],
        "sleep_figures": {
            key: {
                "n_nights": one.n_nights,
                "n_left_out": one.n_left_out,
                "bias": one.bias,
                "bias_interval": one.bias_interval,
                "sd": one.sd,
                "lower_limit": one.low,
                "lower_limit_interval": one.low_interval,
                "upper_limit": one.high,
                "upper_limit_interval": one.high_interval,
            }
            for key, one in pair.metrics.items()
        },
        "quarters": [
            {
                "quarter": one.name,
                "n_nights": one.n_nights,
                "n_epochs": one.n_epochs,
                "accuracy": one.accuracy,
                "kappa": one.kappa,
            }
            for one in pair.quarters
        ],
        "nights": [
            {"night": one.night.name, "agreement": one.found.as_dict()} for one in pair.nights
        ],
    }


def _estimate_dict(one: "Estimate") -> dict[str, float | None]:
    return {"value": one.value, "low": one.low, "high": one.high}


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
