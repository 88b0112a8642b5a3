"""How each figure is computed, by which sources, and what made the report."""

from collections.abc import Iterator

from sleepscorer.core.consensus import CONSENSUS_RULE
from sleepscorer.files.exports import INTENDED_USE
from sleepscorer.validation.found import Validation
from sleepscorer.validation.report.markup import Markup, element, joined, row_head, table
from sleepscorer.validation.report.words import definition_of

METHODS = (
    (
        "Epochs",
        "Those that a person scored and the candidate staged. Nights that a machine drafted count"
        " for no figure: a scoring that began as a draft flatters who drafted it.",
    ),
    (
        "Mean and interval",
        "The nights of a person are averaged first, then the people, so that one with many nights"
        " counts once. The 95 % interval is that of Student's t over people, n - 1 degrees of"
        " freedom (Student 1908, Biometrika 6, 1-25).",
    ),
    (
        "Difference",
        "The candidate's kappa minus that of the one it is compared with, of each night over the"
        " epochs that the person and both staged; averaged and with an interval as above. The rule"
        " may ask for wider intervals than the 95 % shown.",
    ),
    (
        "Kappa",
        "Agreement of stages beyond chance, of each night (Cohen 1960, Educational and"
        " Psychological Measurement 20, 37-46): 1 is full agreement, 0 chance. It is undefined"
        " where both hold one and the same stage only.",
    ),
    ("Accuracy", "Share of epochs with the same stage, of each night."),
    (
        "F1, macro-F1",
        "F1 of a stage is the harmonic mean of precision and recall, over nights that hold the"
        " stage in either scoring; macro-F1 is the mean of these stages.",
    ),
    (
        "Confusion",
        "All epochs together; percentages are of the row, all epochs that a person scored as this"
        " stage.",
    ),
    (
        "Figures of sleep",
        "Machine minus person, night by night: the mean difference (bias), and bias plus and minus"
        " 1.96 standard deviations (limits of agreement), between which about 95 % of nights lie"
        " (Bland & Altman 1986, Lancet 327, 307-310). Both between the lights marks of the scoring;"
        " epochs that only one of the two staged are unscored in both.",
    ),
    (
        "Reliability",
        "Mean confidence and accuracy of the epochs in 15 bins of equal width; the expected"
        " calibration error is their mean distance, weighed by epochs (Guo et al. 2017, ICML, PMLR"
        " 70, 1321-1330).",
    ),
    (
        "Local temperature",
        "One number that makes the confidence as sure as the stages were right, by maximum"
        " likelihood: a confidence c becomes sigmoid(logit(c) / temperature) (Guo et al. 2017)."
        " Stages and their probabilities stay. It is used where it also helps people it was not"
        " fitted on, else it is 1.",
    ),
    (
        "Review",
        "Epochs in the order of confidence, least first: which share of all errors lies in the"
        " reviewed ones (El-Yaniv & Wiener 2010, Journal of Machine Learning Research 11,"
        " 1605-1641).",
    ),
    ("Consensus", f"Made of several stagers: {CONSENSUS_RULE}."),
)
"""Figure and how it is computed."""

HOLDS_NAMES = (
    "This report holds names of nights and people as they stood in the folder: they may identify"
    " somebody. Treat it as you treat the recordings."
)


def methods_section(validation: Validation) -> Markup:
    """Return how figures are computed, provenance and the warnings of every report."""
    computed = [
        (row_head(name), text) for name, text in (*METHODS, *metric_definitions(validation))
    ]
    made = [(row_head(name), text) for name, text in provenance(validation)]
    return joined(
        (
            element(
                "section",
                element("h2", "How each figure is computed"),
                table(("Figure", "How"), computed, class_="methods"),
                class_="page",
            ),
            element(
                "section",
                element("h2", "Provenance"),
                table(("What", "Which"), made, class_="methods"),
                element("p", HOLDS_NAMES, class_="names"),
                element("p", INTENDED_USE, class_="names"),
            ),
        )
    )


def metric_definitions(validation: Validation) -> tuple[tuple[str, str], ...]:
    """Name and rule of the figures of sleep that were compared."""
    keys = dict.fromkeys(metric.key for one in validation.figures for metric in one.metrics)
    return tuple((definition_of(key).label, definition_of(key).text) for key in keys)


def provenance(validation: Validation) -> Iterator[tuple[str, str]]:
    """What made the report, of what."""
    yield "Program", validation.software
    for name, full_name in validation.stagers:
        yield f"Stager {name}", full_name
    yield "Made at (UTC)", validation.created_utc
    # Where it lies says more of people and machines than a reader needs.
    yield "Folder of nights", validation.folder.name
