"""The card that lies beside the weights: whose they are, what they learned from, the licence."""

from collections.abc import Sequence

from sleepscorer.staging.robust_sleep_net.public_weights import PublicNet

REPOSITORY = "https://github.com/Dreem-Organization/RobustSleepNet"
COMMIT = "c8ff3f6f857299eb2bf2e9400483084d5ecd4106"

# Recordings that each network learned from, and those by which its training was stopped.
_COHORTS = (
    ("DOD-H", 17, 8),
    ("DOD-O", 39, 17),
    ("MASS (SS1 and SS3)", 78, 34),
    ("MESA", 175, 75),
    ("MrOS", 175, 75),
    ("SHHS", 175, 75),
    ("Sleep-EDF", 138, 59),
)

_CARD = """# RobustSleepNet

Weights of RobustSleepNet as its authors made them public, converted to safetensors; not one number
was changed. sleepscorer did not make them, and asks them as a second opinion.

## Where they come from

A. Guillot, V. Thorey: RobustSleepNet: Transfer Learning for Automated Sleep Staging at Scale. IEEE
Transactions on Neural Systems and Rehabilitation Engineering 29:1441-1451, 2021,
doi:10.1109/TNSRE.2021.3098968. Please cite it where you report what this stager found.

Public repository: {repository}, commit {commit}

| network | SHA-256 of the public file | learned from all cohorts but |
| --- | --- | --- |
{nets}

## What they learned from

EEG, EOG and in most cohorts chin EMG, scored by people:

| cohort | recordings for training | for stopping it |
| --- | --- | --- |
{cohorts}

Each network leaves one cohort out and learned from all others. Of the recordings of Sleep-EDF all
197 were training or stopping data of every network but 0dfcee73: figures on Sleep-EDF by the
others say nothing of unseen people.

## Limits

Whoever is unlike these cohorts may be staged less well. It is for research, not a medical device;
a person reviews what it says.

## Licence

That of the repository, which names no other for the weights that lie in it:

{licence}
"""

_LICENCE = """MIT License

Copyright (c) 2021 Dreem

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE."""


def card_text(nets: Sequence[PublicNet]) -> str:
    """Return the card of these networks, in Markdown."""
    return _CARD.format(
        repository=REPOSITORY,
        commit=COMMIT,
        nets="\n".join(f"| {net.name} | `{net.sha256}` | {net.left_out} |" for net in nets),
        cohorts="\n".join("| {} | {} | {} |".format(*row) for row in _COHORTS),
        licence=_LICENCE,
    )
