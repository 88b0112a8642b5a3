"""The progress bar of the commands."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.wording import one_line


@contextmanager
def progress_bar(name: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Show a progress bar on the error stream, if a person is looking at it."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield silent
        return
    columns = (
        TextColumn("{task.fields[name]}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with ProgressBar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0, name=one_line(name))

        def report(fraction: float, text: str) -> None:
            bar.update(task, completed=fraction, description=one_line(text))

        yield report
