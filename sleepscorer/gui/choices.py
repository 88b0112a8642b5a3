"""What a person chose in a dialog, as values that the work is given."""

from dataclasses import dataclass, field

from sleepscorer.core.filling import FillMode
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import OWN_STAGER
from sleepscorer.pipeline import SiteChoice


@dataclass(frozen=True)
class StagerChoice:
    """Whose stages a night gets, and who is asked besides.

    Parameters
    ----------
    stager
        A name; by :data:`~sleepscorer.core.consensus.CONSENSUS` several are asked, and their
        consensus fills.
    consensus_of
        Their names then; empty for all that are installed.
    second_opinion
        Name of the stager whose answer stands beside that of one; empty for none.
    """

    stager: str = OWN_STAGER
    consensus_of: tuple[str, ...] = ()
    second_opinion: str = ""


@dataclass(frozen=True)
class AutoScoringChoice:
    """What the auto-scorer is to do.

    Parameters
    ----------
    mode, chosen, over_person, smooth
        As of :meth:`~sleepscorer.core.session.ScoringSession.fill`.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
    stagers
        Who is asked.
    channels
        What it looks at.
    weights
        Name of the weights; empty takes the default.
    site
        Whom this site validated: that is asked, by its channels and weights, in place of the three
        above; None where those hold.
    """

    mode: FillMode = FillMode.UNSCORED
    chosen: tuple[Stage, ...] = ()
    over_person: bool = False
    smooth: bool = False
    device: str = "auto"
    stagers: StagerChoice = field(default_factory=StagerChoice)
    channels: ChannelChoice = field(default_factory=ChannelChoice)
    weights: str = ""
    site: SiteChoice | None = None
