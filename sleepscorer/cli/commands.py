"""The commands and their options. What a command needs is imported when it runs."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from sleepscorer.cli.scored import add_scored
from sleepscorer.core.errors import UsageError
from sleepscorer.files.exports import DEFAULT_TEMPLATE, EXPORT_FORMATS, FORMATS, PDF


class _Parser(argparse.ArgumentParser):
    """Ends with 2 and one line, like every other error for people."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"see: {self.prog} --help")


def command_parser() -> argparse.ArgumentParser:
    """All commands with their options; what is parsed has its command as ``run``."""
    parser = _Parser(
        prog="sleepscorer",
        description="Score polysomnograms. For research use; not a medical device.",
    )
    parser.add_argument("--version", action="store_true", help="say the version, and end")
    parser.add_argument(
        "--json", dest="all_versions", action="store_true", help="with --version: of all parts"
    )
    parser.set_defaults(run=_run_without_command)
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    _add_open(commands.add_parser("open", help="show the window"))
    _add_score(commands.add_parser("score", help="stage recordings and write the results"))
    _add_report(commands.add_parser("report", help="the report of a session or scoring, as PDF"))
    _add_demo(commands.add_parser("demo", help="make a synthetic night and score it"))
    _add_info(commands.add_parser("info", help="say what a recording or a session holds"))
    _add_statistics(commands.add_parser("statistics", help="sleep statistics of a scoring"))
    _add_agreement(commands.add_parser("agreement", help="compare scorings epoch by epoch"))
    _add_convert(commands.add_parser("convert", help="write a scoring in another format"))
    _add_simulate(commands.add_parser("simulate", help="make a synthetic recording"))
    _add_explain(commands.add_parser("explain", help="why an epoch got its stage"))
    _add_deidentify(
        commands.add_parser(
            "deidentify", help="copy a recording without who was recorded, and when"
        )
    )
    _add_annotate(
        commands.add_parser("annotate", help="copy a recording with its scoring as annotations")
    )
    _add_train(commands.add_parser("train", help="train a network on scored nights"))
    _add_evaluate(commands.add_parser("evaluate", help="judge weights on held-out nights"))
    _add_validate(commands.add_parser("validate", help="judge stagers on your own scored nights"))
    _add_models(commands.add_parser("models", help="list, add or remove weights and stagers"))
    return parser


def _add_open(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="a recording, a session or a folder"
    )
    parser.set_defaults(run=_run_open)


def _add_score(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="recordings, or .npz files of epochs"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="instead of beside the recording")
    parser.add_argument(
        "--formats",
        default=",".join(FORMATS),
        help=f"of {', '.join(form.name for form in EXPORT_FORMATS)}; default: %(default)s",
        metavar="LIST",
    )
    for role in ("eeg", "eog", "emg"):
        parser.add_argument(
            f"--{role}",
            action="append",
            metavar="NAME",
            help=f'{role.upper()} to use, as "C4-M1", a stored label or none;'
            " several with commas, or repeated",
        )
    parser.add_argument("--lights-off", metavar="T", help="seconds from the start, or hh:mm:ss")
    parser.add_argument("--lights-on", metavar="T", help="seconds from the start, or hh:mm:ss")
    parser.add_argument(
        "--stages", type=int, choices=(5, 3), default=5, help="3: wake, NREM, REM; default: 5"
    )
    parser.add_argument(
        "--smooth", action="store_true", help="set doubtful single epochs as those around them"
    )
    _add_device(parser)
    parser.add_argument(
        "--weights", metavar="NAME", help="or a folder with a slash; see: sleepscorer models"
    )
    parser.add_argument(
        "--second-opinion", metavar="NAME", help="of another stager; see: sleepscorer models"
    )
    parser.add_argument(
        "--stagers",
        metavar="LIST",
        help="instead of sleepscorer's own: names with commas; see: sleepscorer models",
    )
    parser.add_argument(
        "--consensus", action="store_true", help="of all --stagers, each answer beside it"
    )
    parser.add_argument(
        "--site", action="store_true", help="ask whom this site trusts since it validated stagers"
    )
    parser.add_argument("--force", action="store_true", help="replace earlier results")
    parser.add_argument(
        "--deidentify", action="store_true", help="leave out who was recorded, and the date"
    )
    _add_annotations(parser)
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")
    parser.set_defaults(run=_run_score)


def _add_annotations(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--annotations",
        choices=("mine", "all"),
        default="mine",
        help="all: hypnograms hold the recording's own ones as well; default: %(default)s",
    )


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device",
        default="auto",
        metavar="DEVICE",
        help="auto, cpu, cuda or mps; default: %(default)s",
    )


def _add_report(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("file", nargs="?", type=Path, metavar="FILE", help="a session or a scoring")
    add("--recording", type=Path, metavar="FILE", help="what was scored")
    add("--out", type=Path, metavar="DIR", help="default: beside the recording, or the scoring")
    add("--formats", default=PDF, metavar="LIST", help="as with score; default: %(default)s")
    add("--template", default=DEFAULT_TEMPLATE, metavar="NAME", help="default: %(default)s")
    add("--list-templates", action="store_true", help="say which there are, and where own ones lie")
    add("--language", metavar="LL", help="en, de, fr, nl or es; default: the template's")
    add("--paper", metavar="NAME", help="a4 or letter; default: the template's")
    _add_reading(parser)
    add("--layer", metavar="NAME|NUMBER", help="which scoring of a session; default: the first")
    add_scored(parser)
    add("--arousals-scored", action="store_true", help="the same as --scored arousals")
    add("--force", action="store_true", help="replace earlier reports")
    add("--deidentify", action="store_true", help="leave out who was recorded, and the date")
    _add_annotations(parser)
    add("--quiet", action="store_true", help="say nothing but errors")
    parser.set_defaults(run=_run_report)


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR")
    parser.add_argument("--hours", type=float, default=8.0, help="default: %(default)g")
    parser.add_argument("--seed", type=int, default=1)
    _add_device(parser)
    parser.add_argument(
        "--no-window", action="store_true", help="don't open the night in the window afterwards"
    )
    parser.set_defaults(run=_run_demo)


def _add_info(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_run_info)


def _add_statistics(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scoring", type=Path, metavar="SCORING")
    parser.add_argument("--lights-off", metavar="T", help="seconds from the start, or hh:mm:ss")
    parser.add_argument("--lights-on", metavar="T", help="seconds from the start, or hh:mm:ss")
    parser.add_argument("--arousals", type=int, metavar="N", help="arousals scored by hand")
    add_scored(parser)
    _add_reading(parser, aligned=False)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_run_statistics)


def _add_agreement(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Compare scorings epoch by epoch: files of one night, or folders, one of each scorer, whose"
        " files are matched by the name of the recording. The first is the reference."
    )
    parser.add_argument("reference", type=Path, metavar="REFERENCE", help="a file, or a folder")
    parser.add_argument("other", type=Path, metavar="OTHER", help="a file, or a folder")
    parser.add_argument("others", nargs="*", type=Path, metavar="FILE", help="further ones")
    parser.add_argument(
        "--scorer", metavar="NAME", help="whose stages of REFERENCE, where several scored"
    )
    parser.add_argument(
        "--other-scorer",
        metavar="NAME",
        action="append",
        help="whose stages of OTHER, where several scored; again for each further file",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write agreement.pdf and agreement.xlsx there"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write this report, .pdf or .xlsx"
    )
    parser.add_argument("--paper", choices=("a4", "letter"), default="a4")
    parser.add_argument(
        "--subject",
        metavar="REGEX",
        help="whose night it is: the first group in the name; default: each of somebody else",
    )
    parser.add_argument("--force", action="store_true", help="replace existing reports")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_run_agreement)


def _add_reading(parser: argparse.ArgumentParser, *, aligned: bool = True) -> None:
    """Add what may have to be said of a scoring; see :mod:`sleepscorer.cli.reading`.

    ``aligned`` where it may be fitted to a recording.
    """
    add = parser.add_argument
    add("--scorer", metavar="NAME", help="whose stages, where several scored")
    add("--codes", metavar="CODE", help="what numbers stand for: a name, or 0=W,1=N1,2=N2,3=N3,5=R")
    add("--from", dest="format_in", metavar="NAME", help="its format; default: the content tells")
    add("--epoch-length", type=float, metavar="S", help="of its epochs, where it does not tell")
    if not aligned:
        parser.set_defaults(offset=None, align=None, no_events=False)
        return
    add("--offset", type=float, metavar="S", help="how long after the recording it starts")
    add(
        "--align",
        choices=("exact", "nearest", "majority"),
        help="how its epochs become those of the recording, where they differ",
    )
    add("--no-events", action="store_true", help="the stages alone")


class _ListFormats(argparse.Action):
    """Lists the formats and ends, as --version does: no files need be named."""

    def __init__(self, option_strings: Sequence[str], dest: str, **settings: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **settings)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from sleepscorer.cli.convert import say_formats

        say_formats()
        parser.exit()


def _add_convert(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("file", type=Path, metavar="IN", help="a scoring")
    add("out", type=Path, metavar="OUT", help="its ending tells the format")
    add("--to", dest="format_out", metavar="NAME", help="default: the ending of OUT tells")
    add("--list-formats", action=_ListFormats, help="say which are read and written")
    add("--recording", type=Path, metavar="FILE", help="what was scored: take its epochs and start")
    add("--epochs", type=float, metavar="S", help="write epochs of this length, such as 30")
    _add_reading(parser)
    add("--preview", action="store_true", help="say what would be taken as what, and write nothing")
    add("--force", action="store_true", help="replace a file that sleepscorer made")
    add("--quiet", action="store_true", help="say nothing but errors")
    parser.set_defaults(run=_run_convert)


def _add_simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT.edf")
    parser.add_argument("--hours", type=float, default=8.0, help="default: %(default)g")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--derivations", metavar="LIST", help='instead of the clinical montage: "C4-M1,E1-M2"'
    )
    parser.add_argument(
        "--rate", type=float, metavar="HZ", help="of --derivations, Hz; default: 256"
    )
    parser.add_argument("--force", action="store_true", help="replace existing files")
    parser.set_defaults(run=_run_simulate)


def _add_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a recording")
    parser.add_argument("--epoch", type=int, required=True, metavar="N", help="from 1")
    parser.add_argument("--stage", metavar="S", help="instead of the most probable one")
    parser.add_argument("--png", type=Path, metavar="FILE", help="draw traces and activation")
    parser.add_argument("--force", action="store_true", help="replace that file")
    parser.add_argument(
        "--deidentify", action="store_true", help="leave out channels' names that tell of a person"
    )
    for role in ("eeg", "eog", "emg"):
        parser.add_argument(f"--{role}", action="append", metavar="NAME", help="as with score")
    _add_device(parser)
    parser.add_argument(
        "--weights", metavar="NAME", help="or a folder with a slash; see: sleepscorer models"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quiet", action="store_true", help="say nothing but the result")
    parser.set_defaults(run=_run_explain)


def _add_deidentify(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Copy an EDF or BDF file without who was recorded, and when. Its samples stay as they are,"
        " and so does the time of day: the laboratory has to confirm that its rules allow that."
        " All texts are listed before anything is written. The files of score --deidentify fit the"
        " copy: give their folder as OUT, and it is named like them."
    )
    add = parser.add_argument
    add("file", type=Path, metavar="RECORDING", help="EDF or BDF; it is only read")
    add("out", nargs="?", type=Path, metavar="OUT.edf", help="or a folder; replaces nothing")
    add("--list", action="store_true", help="list the texts, and write nothing")
    add("--yes", action="store_true", help="write without asking, after looking through the list")
    add("--keep", metavar="LIST", help="sex, age, or both with a comma: they stay, if known")
    add(
        "--keep-text",
        action="append",
        metavar="TEXT",
        help="a label, filter or annotation that tells of nobody: it stays; may be repeated",
    )
    add("--quiet", action="store_true", help="say nothing but errors")
    parser.set_defaults(run=_run_deidentify)


def _add_annotate(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Copy an EDF or BDF file as EDF+ or BDF+ that holds the stages, lights marks and events of"
        " a scoring as annotations. Its signals, and annotations it has already, stay byte for"
        " byte."
    )
    add = parser.add_argument
    add("file", type=Path, metavar="RECORDING", help="EDF or BDF; it is only read")
    add("scoring", type=Path, metavar="SCORING", help="a session, or any scoring that is read")
    add("out", type=Path, metavar="OUT.edf", help="the copy; of a BDF file, OUT.bdf")
    add("--layer", metavar="NAME|NUMBER", help="which scoring of a session; default: the first")
    _add_reading(parser)
    add(
        "--replace-scoring",
        action="store_true",
        help="leave out stages and lights marks that the recording itself holds",
    )
    add("--force", action="store_true", help="replace an annotated copy that sleepscorer made")
    add("--quiet", action="store_true", help="say nothing but errors and warnings")
    parser.set_defaults(run=_run_annotate)


def _add_train(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--data",
        required=True,
        metavar="KIND",
        help="sleep-edf, shhs, folder, features, or sessions: your own reviewed ones",
    )
    add("--folder", type=Path, metavar="DIR", help="where the data lie")
    add("--out", type=Path, required=True, metavar="DIR", help="folder of the run; goes on there")
    add("--protocol", metavar="NAME", help="edf-20, edf-78 or shhs: the split of the papers")
    add("--folds", type=int, metavar="N", help="cross-validate in N folds of people")
    add("--only-fold", type=int, metavar="N", help="only this fold, from 1")
    add("--subject", metavar="REGEX", help="its group is the person in a file's name")
    add("--trim", metavar="WHAT", help="30min (of wake around sleep), in-bed or none")
    add("--front-end", metavar="NAME", help="default: multi_scale_cnn")
    add("--head", metavar="NAME", help="default: bilstm")
    add("--channels", metavar="LIST", help="default: eeg,eog")
    add("--learned", type=int, metavar="N", help="features beside band powers; default: 64")
    add(
        "--start", metavar="WEIGHTS", help="begin from these, or none; default: a shipped front-end"
    )
    add("--name", metavar="NAME", help="of weights tuned on sessions; default: site-1 and so on")
    add(
        "--tune",
        choices=("auto", "recalibration", "heads"),
        help="to sessions: 35 numbers (of 5 people and more), the heads (of 10), or what is better",
    )
    add("--stager", metavar="NAME", help="tune this one to sessions as a whole: robust-sleep-net")
    add("--steps", type=int, metavar="N", help="batches at most")
    add("--batch", type=int, metavar="N", help="windows of a batch; default: by device")
    add("--workers", type=int, metavar="N", help="processes that draw; default: by device")
    add(
        "--undo-weights",
        action="store_true",
        default=None,
        help="answer as if stages were as common as in the training nights: less N1",
    )
    add("--seed", type=int, metavar="N", default=1)
    _add_device(parser)
    add("--quiet", action="store_true", help="say nothing but errors")
    parser.set_defaults(run=_run_train)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="see models/RESULTS.md"
    )
    parser.add_argument(
        "--weights", action="append", metavar="NAME", help="default: all shipped ones"
    )
    parser.add_argument(
        "--stagers",
        metavar="LIST",
        help="names with commas, judged on the raw recordings too; default: all installed",
    )
    parser.add_argument("--results", type=Path, metavar="FILE", help="write the tables here")
    parser.add_argument("--force", action="store_true", help="replace earlier tables and cards")
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")
    parser.set_defaults(run=_run_evaluate)


def _add_validate(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--folder", type=Path, metavar="DIR", help="recordings that people scored")
    what.add_argument("--forget", action="store_true", help="what --keep kept, and do nothing else")
    add("--out", type=Path, metavar="DIR", help="of the report; default: validation in --folder")
    add("--stagers", metavar="LIST", help="names with commas; default: all that are installed")
    add(
        "--montages",
        choices=("all", "default"),
        default="all",
        help="all: by other channels, too, as without this option;"
        " default: only by those that the program chooses itself",
    )
    add("--subject", metavar="REGEX", help="its group is the person in a file's name")
    add("--second", type=Path, metavar="DIR", help="scorings of the same nights by somebody else")
    add("--weights", metavar="NAME", help="or a folder with a slash; see: sleepscorer models")
    _add_device(parser)
    add("--force", action="store_true", help="replace an earlier report")
    add("--keep", action="store_true", help="keep the verdict as the choice of this site")
    add("-q", "--quiet", action="store_true", help="say nothing but errors")
    parser.set_defaults(run=_run_validate)


def _add_models(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_run_models, action="list")
    parser.add_argument(
        "--all", action="store_true", help="list weights that are not offered, too, and say why"
    )
    actions = parser.add_subparsers(metavar="ACTION", dest="action", parser_class=_Parser)
    add = actions.add_parser("add", help="add public weights of RobustSleepNet from a disk")
    add.add_argument("path", type=Path, metavar="PATH", help="a file, a folder or a ZIP archive")
    fetch = actions.add_parser("fetch", help="download the public weights of a stager")
    fetch.add_argument("name", metavar="NAME", help="robust-sleep-net")
    remove = actions.add_parser("remove", help="delete what was added or trained here")
    remove.add_argument("name", metavar="NAME", help="as sleepscorer models lists it")


def _run_without_command(options: argparse.Namespace) -> int:
    from sleepscorer.cli.versions import say_version

    if not options.version:
        raise UsageError(
            "the following arguments are required: COMMAND", hint="see: sleepscorer --help"
        )
    return say_version(options)


def _run_open(options: argparse.Namespace) -> int:
    from sleepscorer.cli.window import open_window

    return open_window(options)


def _run_score(options: argparse.Namespace) -> int:
    from sleepscorer.cli.score import score_files

    return score_files(options)


def _run_convert(options: argparse.Namespace) -> int:
    from sleepscorer.cli.convert import convert

    return convert(options)


def _run_report(options: argparse.Namespace) -> int:
    from sleepscorer.cli.report import report

    return report(options)


def _run_demo(options: argparse.Namespace) -> int:
    from sleepscorer.cli.synthetic import demo

    return demo(options)


def _run_simulate(options: argparse.Namespace) -> int:
    from sleepscorer.cli.synthetic import simulate

    return simulate(options)


def _run_info(options: argparse.Namespace) -> int:
    from sleepscorer.cli.info import print_info

    return print_info(options)


def _run_statistics(options: argparse.Namespace) -> int:
    from sleepscorer.cli.comparison import print_statistics

    return print_statistics(options)


def _run_agreement(options: argparse.Namespace) -> int:
    from sleepscorer.cli.agreement import compare_scorings

    return compare_scorings(options)


def _run_explain(options: argparse.Namespace) -> int:
    from sleepscorer.cli.explain import explain_epoch

    return explain_epoch(options)


def _run_deidentify(options: argparse.Namespace) -> int:
    from sleepscorer.cli.deidentify import deidentify

    return deidentify(options)


def _run_annotate(options: argparse.Namespace) -> int:
    from sleepscorer.cli.annotate import annotate_recording

    return annotate_recording(options)


def _run_train(options: argparse.Namespace) -> int:
    from sleepscorer.cli.training import train_network

    return train_network(options)


def _run_evaluate(options: argparse.Namespace) -> int:
    from sleepscorer.cli.evaluation import evaluate_weights

    return evaluate_weights(options)


def _run_validate(options: argparse.Namespace) -> int:
    if options.forget:
        from sleepscorer.cli.site_choice import forget_site

        return forget_site()
    from sleepscorer.cli.validation import validate_nights

    return validate_nights(options)


def _run_models(options: argparse.Namespace) -> int:
    from sleepscorer.cli.models import run_models

    return run_models(options)
