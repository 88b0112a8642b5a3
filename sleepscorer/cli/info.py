"""``sleepscorer info``: what a recording holds, or a session."""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from sleepscorer.cli.output import say
from sleepscorer.core.derivation import signal_kinds
from sleepscorer.core.layers import Layer, LayerKind
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import counted
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.sessions import SUFFIX
from sleepscorer.session_documents import Document, current_author, open_document


def print_info(options: argparse.Namespace) -> int:
    """Print a recording's header, signals, gaps and warnings, or the scorings of a session."""
    path: Path = options.file
    is_session = path.suffix.lower() == SUFFIX and path.is_file()
    facts = _facts_of_session(path) if is_session else _facts(open_recording(path))
    if options.json:
        # ASCII alone: no terminal's encoding, and no odd file name, can lose anything of it.
        say(*json.dumps(facts, indent=2, ensure_ascii=True, allow_nan=False).splitlines())
    else:
        say(*(_lines_of_session(facts) if is_session else _lines(facts)))
    return 0


def _facts_of_session(path: Path) -> dict[str, Any]:
    document = open_document(path, author=current_author(), read_only=True)
    try:
        return {
            "file": str(path),
            "recording": str(document.recording.path),
            "n_epochs": document.session.n_epochs,
            "scorings": [_facts_of_layer(document, layer) for layer in document.layers],
        }
    finally:
        document.close(back_up=False)


def _facts_of_layer(document: Document, layer: Layer) -> dict[str, Any]:
    session = document.scorings.of_number(layer.number)
    return {
        "number": layer.number,
        "name": layer.name,
        "kind": layer.kind.value,
        "scorers": list(document.scorings.scorers_of(layer)),
        "n_scored": int(np.count_nonzero(session.state.stages != Stage.UNSCORED)),
        "blind": layer.is_blind,
        "done": layer.is_done,
        "hidden": layer.is_hidden,
        "signed_by": [one.name for one in session.signing.standing],
    }


def _lines_of_session(facts: dict[str, Any]) -> list[str]:
    lines = [
        f"session      {facts['file']}",
        f"recording    {facts['recording']} ({counted(facts['n_epochs'], 'epoch')} of 30 s)",
        f"scorings     {len(facts['scorings'])}",
    ]
    for one in facts["scorings"]:
        told = [
            *((one["kind"],) if one["kind"] != LayerKind.PERSON else ()),
            *((f"by {', '.join(one['scorers'])}",) if one["scorers"] else ()),
            f"{one['n_scored']} of {facts['n_epochs']} scored",
            *(("begun blind" if one["done"] else "blind, not done",) if one["blind"] else ()),
            *(("hidden",) if one["hidden"] else ()),
            *((f"signed by {', '.join(one['signed_by'])}",) if one["signed_by"] else ()),
        ]
        lines.append(f"  {one['number']}  {one['name']}: {', '.join(told)}")
    return lines


def _facts(recording: Recording) -> dict[str, Any]:
    return {
        "file": str(recording.path),
        "format": recording.format_name,
        "start": recording.start.isoformat() if recording.start else None,
        "duration_s": recording.duration_s,
        "n_epochs": recording.n_epochs,
        "signals": [
            {
                "label": signal.label,
                "rate_hz": signal.sampling_rate_hz,
                "unit": signal.unit,
                "stored_unit": signal.stored_unit,
                "kind": kind,
                "n_samples": signal.n_samples,
                "prefilter": signal.prefilter,
                "transducer": signal.transducer,
            }
            for signal, kind in zip(recording.signals, signal_kinds(recording), strict=True)
        ],
        "gaps": [{"start_s": gap.start_s, "stop_s": gap.stop_s} for gap in recording.gaps],
        "n_annotations": len(recording.events),
        "unusable_signals": [
            {"label": channel.label, "reason": channel.reason} for channel in recording.quarantined
        ],
        "warnings": list(recording.warnings),
    }


def _lines(facts: dict[str, Any]) -> list[str]:
    lines = [
        f"file         {facts['file']} ({facts['format']})",
        f"start        {(facts['start'] or 'unknown').replace('T', ' ')}",
        f"duration     {_hours(facts['duration_s'])} ({_seconds(facts['duration_s'])} s,"
        f" {counted(facts['n_epochs'], 'epoch')} of 30 s)",
        f"annotations  {facts['n_annotations']}",
        f"gaps         {len(facts['gaps'])}",
    ]
    lines += [f"  {_gap(gap['start_s'], gap['stop_s'])}" for gap in facts["gaps"]]
    lines.append(f"signals      {len(facts['signals'])}")
    width = max((len(signal["label"]) for signal in facts["signals"]), default=0)
    for signal in facts["signals"]:
        stored = signal["stored_unit"]
        unit = signal["unit"].replace("uV", "µV") or "no unit"
        if signal["unit"] == "uV" and stored.lower() not in {"", "uv", "µv", "μv"}:
            unit += f" (stored in {stored})"
        lines.append(
            f"  {signal['label']:<{width}}  {signal['rate_hz']:>8g} Hz  {signal['kind']:<9}  {unit}"
        )
    lines += [
        f"unusable     {channel['label'] or '(no label)'}: {channel['reason']}"
        for channel in facts["unusable_signals"]
    ]
    lines += [f"warning      {warning}" for warning in facts["warnings"]]
    return lines


def _gap(start_s: float, stop_s: float) -> str:
    if start_s == stop_s:
        return f"at {_hours(start_s)} (of unknown length)"
    return f"{_hours(start_s)} to {_hours(stop_s)} ({_seconds(stop_s - start_s)} s)"


def _hours(seconds: float) -> str:
    """Return h:mm:ss, with decimals where there are any."""
    whole_ms = round(1000 * seconds)
    whole, ms = divmod(whole_ms, 1000)
    decimals = f".{ms:03d}" if ms else ""
    return f"{whole // 3600:d}:{whole // 60 % 60:02d}:{whole % 60:02d}{decimals}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.6f}".rstrip("0").rstrip(".")
