"""Whom this site trusts since it validated stagers: asked by ``score --site``, shown, forgotten."""

import argparse
from collections.abc import Iterator

from sleepscorer.cli.output import say
from sleepscorer.core.errors import UsageError
from sleepscorer.pipeline import (
    AskedStagers,
    SiteChoice,
    forget_site_choice,
    read_site_choice,
    site_choice_file,
)

_INSTALL = "install it again, or run sleepscorer validate --folder NIGHTS --keep"


def site_choice_asked(options: argparse.Namespace) -> SiteChoice | None:
    """Return the choice that ``--site`` asks for; None without it.

    Raises
    ------
    UsageError
        If another option says who is asked, or the site has no choice yet.
    SettingsError
        If the choice can't be read.
    """
    if not options.site:
        return None
    clashing = (
        ("--stagers", options.stagers is not None),
        ("--consensus", options.consensus),
        ("--second-opinion", options.second_opinion is not None),
        ("--weights", options.weights is not None),
    )
    for option, is_given in clashing:
        if is_given:
            raise UsageError(
                f"--site asks whom this site validated, and {option} somebody else",
                hint="leave one of them out",
            )
    site = read_site_choice()
    if site is None:
        raise UsageError(
            "--site: nothing was validated here yet",
            hint="sleepscorer validate --folder NIGHTS --keep does so, on nights people scored",
        )
    try:
        AskedStagers(site.stagers, is_consensus=site.is_consensus).check()
    except UsageError as error:
        # Nobody typed that name.
        raise UsageError(
            f"validated here was {site.in_words}; now {error.what}", hint=_INSTALL
        ) from error
    return site


def forget_site() -> int:
    """Forget the choice, and say so."""
    path = site_choice_file()
    say(f"removed {path}" if forget_site_choice() else "nothing was validated here")
    return 0


def site_choice_lines(site: SiteChoice) -> Iterator[str]:
    """Say whom the site trusts, since when, and what was measured."""
    yield "validated here, for score --site"
    yield f"  {site.in_words}"
    yield f"  {site.verdict}"
    for full_name in site.full_names:
        yield f"  of {full_name}"
    if site.own_weights_sha256:
        yield f"  SHA-256 {site.own_weights_sha256}"
    calibration = site.calibration
    if calibration is not None:
        yield f"  confidence measured on {calibration.measured_on}"
    yield f"  decided {site.decided_utc}; kept in {site_choice_file()}"
