"""A program as a stager: run on the recording, and its scoring read."""

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.errors import StagingRefused
from sleepscorer.core.progress import Progress
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import ROLES, StagerChannels
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.staging.programs.entries import Program
from sleepscorer.staging.programs.running import Limits, run_program, working_folder

_States = list[tuple[int, int] | None]


class ProgramStager:
    """Has the form of :class:`~sleepscorer.staging.stagers.OtherStager`.

    Parameters
    ----------
    program
        What to run.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self.title = program.title

    def stage(self, recording: Recording, channels: StagerChannels, progress: Progress) -> Staging:
        """Run the program and read what it wrote; nothing of it is left on the disk.

        Raises
        ------
        StagingRefused
            If it fails, takes more than it may, or what it wrote is no staging of the recording.
        Cancelled
            By ``progress``; the program is ended.
        """
        # Readers of scorings are for those who need one.
        from sleepscorer.staging.programs.answer import read_answer

        source = recording.path.absolute()
        before = _states(recording)
        told = {role: _names(channels, role, self._program) for role in ROLES}
        # Only this person may look into it: it may hold what the program made of the night.
        with TemporaryDirectory(prefix="sleepscorer-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            output = working_folder(folder) / self._program.output
            limits = Limits(self._program.time_limit_s)
            arguments = self._program.arguments(source, output, channels)
            try:
                ran = run_program(
                    arguments, folder, title=self.title, limits=limits, progress=progress
                )
                answer = read_answer(output, recording, self.title)
            except StagingRefused as error:
                self._check_unchanged(recording, before)
                what = error.what.replace(str(source), "the recording")
                raise StagingRefused(what.replace(str(output), "its output")) from error
        self._check_unchanged(recording, before)
        progress(1.0, self.title)
        warnings = [*answer.warnings]
        if ran.left_others:
            warnings.append(f"{self.title} left processes running, which were ended.")
        return Staging(
            answer.probabilities,
            StagingProvenance(
                weights_name=self.title,
                weights_sha256="",
                eeg=told["eeg"],
                eog=told["eog"],
                emg=told["emg"],
                device="a program of its own",
                software=self.title,
                created_utc=datetime.now(UTC).isoformat(timespec="seconds"),
                notes=(
                    # With its places: what a recording is called may tell who was recorded.
                    f"A program of its own: {shlex.join(self._program.command)}",
                    f"SHA-256 of what it wrote: {answer.sha256}.",
                    *(
                        ()
                        if any(told.values())
                        else ("Which channels it looked at was its own choice.",)
                    ),
                    *answer.notes,
                ),
                warnings=tuple(warnings),
            ),
        )

    def _check_unchanged(self, recording: Recording, before: _States) -> None:
        if _states(recording) != before:
            raise StagingRefused(f"{self.title} changed the recording, which no stager may")


def _names(channels: StagerChannels, role: str, program: Program) -> tuple[str, ...]:
    """The derivations of a role that a program is told; none where it is not told any."""
    used: Sequence[ResolvedDerivation] = getattr(channels, role) if role in program.places else ()
    return tuple(one.name for one in used)


def _states(recording: Recording) -> _States:
    """Size and last change of each file of a recording."""
    return [_state(path) for path in recording.all_files]


def _state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
