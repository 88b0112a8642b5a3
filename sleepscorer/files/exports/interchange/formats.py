"""The files for other programs: a table, a row each."""

from pathlib import Path

from sleepscorer.files.exports.export_format import ExportFormat
from sleepscorer.files.exports.interchange.bids import (
    SIDECAR_SUFFIX,
    bids_events,
    bids_sidecar,
    is_own_bids_events,
    is_own_bids_sidecar,
)
from sleepscorer.files.exports.interchange.edfbrowser import (
    edfbrowser_annotations,
    is_own_edfbrowser,
)
from sleepscorer.files.exports.interchange.luna import is_own_annotations, luna_annotations
from sleepscorer.files.exports.interchange.nsrr import is_own_nsrr, nsrr_annotations
from sleepscorer.files.exports.interchange.stage_lines import (
    holds_stages_alone,
    luna_lines,
    stage_lines,
)
from sleepscorer.files.exports.interchange.yasa_table import holds_yasa_stages_alone, yasa_table


def _unmarked(_path: Path) -> bool:
    """Take no file for ours: the kind has no room for a mark, and people write such files too."""
    return False


INTERCHANGE_FORMATS = (
    ExportFormat(
        "lines",
        "One stage a line (TXT)",
        "_stages.txt",
        stage_lines,
        _unmarked,
        is_default=False,
        is_for_others=True,
        may_replace=holds_stages_alone,
    ),
    ExportFormat(
        "annot",
        "Luna: stages and events (.annot)",
        ".annot",
        luna_annotations,
        is_own_annotations,
        is_default=False,
        is_for_others=True,
    ),
    ExportFormat(
        "eannot",
        "Luna: stages alone (.eannot)",
        ".eannot",
        luna_lines,
        _unmarked,
        is_default=False,
        is_for_others=True,
        may_replace=holds_stages_alone,
    ),
    ExportFormat(
        "nsrr",
        "NSRR (XML)",
        "_nsrr.xml",
        nsrr_annotations,
        is_own_nsrr,
        is_default=False,
        is_for_others=True,
    ),
    ExportFormat(
        "bids",
        "BIDS (TSV and JSON)",
        "_events.tsv",
        bids_events,
        is_own_bids_events,
        is_default=False,
        is_for_others=True,
        beside=ExportFormat(
            "bids-sidecar",
            "What the events of BIDS mean (JSON)",
            f"_events{SIDECAR_SUFFIX}",
            bids_sidecar,
            is_own_bids_sidecar,
        ),
    ),
    ExportFormat(
        "yasa",
        "YASA: stages alone (CSV)",
        "_yasa.csv",
        yasa_table,
        _unmarked,
        is_default=False,
        is_for_others=True,
        may_replace=holds_yasa_stages_alone,
    ),
    ExportFormat(
        "edfbrowser",
        "EDFbrowser (XML)",
        "_edfbrowser.xml",
        edfbrowser_annotations,
        is_own_edfbrowser,
        is_default=False,
        is_for_others=True,
    ),
)
"""None is written unless it is asked for."""
