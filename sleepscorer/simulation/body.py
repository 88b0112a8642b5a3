"""Which process makes which channel below the head."""

from sleepscorer.core.recording import FloatArray
from sleepscorer.simulation import muscles
from sleepscorer.simulation.autonomic import Autonomic, Snoring
from sleepscorer.simulation.channels import ChannelKind, ChannelSpec
from sleepscorer.simulation.timeline import Timeline, Window

Body = muscles.Muscle | Snoring | Autonomic


def make_body(spec: ChannelSpec, timeline: Timeline, autonomic: Autonomic) -> Body:
    """Return what makes a channel that is neither EEG nor EOG."""
    rate = spec.sampling_rate_hz
    if spec.kind in (ChannelKind.CHIN, ChannelKind.CHIN_RMS):
        return muscles.chin(timeline, rate)
    if spec.kind in (ChannelKind.LEG_LEFT, ChannelKind.LEG_RIGHT):
        return muscles.leg(timeline, rate, left=spec.kind is ChannelKind.LEG_LEFT)
    if spec.kind is ChannelKind.SNORE:
        return Snoring(autonomic, rate)
    return autonomic


def body_page(body: Body, spec: ChannelSpec, page: int) -> FloatArray:
    """(n_samples,) of a page of the channel, in its unit."""
    if isinstance(body, Autonomic):
        return body.page(spec.kind, Window(page, spec.sampling_rate_hz))
    if isinstance(body, muscles.Muscle) and spec.kind is ChannelKind.CHIN_RMS:
        return body.rectified_page(page)
    return body.page(page)
