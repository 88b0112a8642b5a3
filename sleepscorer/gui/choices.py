"""What a person chose in a dialog, as values that the work is given."""

from dataclasses import dataclass, field

from sleepscorer.core.filling import FillMode
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.core.stages import Stage


@dataclass(frozen=True)
class AutoScoringChoice:
    """What the auto-scorer is to do.

    Parameters
    ----------
    mode, chosen, over_person, smooth
        As of :meth:`~sleepscorer.core.session.ScoringSession.fill`.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
    second_opinion
        Name of another stager that is asked as well; empty for none. By
        :data:`~sleepscorer.core.consensus.CONSENSUS` all are asked, and their consensus fills.
    channels
        What it looks at.
    weights
        Name of the weights; empty takes the default.
    """

    mode: FillMode = FillMode.UNSCORED
    chosen: tuple[Stage, ...] = ()
    over_person: bool = False
    smooth: bool = False
    device: str = "auto"
    second_opinion: str = ""
    channels: ChannelChoice = field(default_factory=ChannelChoice)
    weights: str = ""
