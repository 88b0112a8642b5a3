"""Stagers that are programs of their own: run beside this one, and read by the file they write.

What may not be imported, for its licence or its libraries, can be asked like this; and whatever it
does, it does in a process of its own, within limits.
"""

from sleepscorer.staging.programs.entries import (
    NAME_TAKEN,
    Program,
    is_own_name,
    programs_file,
    read_programs,
)
from sleepscorer.staging.programs.program_stager import ProgramStager

__all__ = [
    "NAME_TAKEN",
    "Program",
    "ProgramStager",
    "is_own_name",
    "programs_file",
    "read_programs",
]
