"""Stands in for numba, which antropy asks to compile a few functions; here they run as written.

YASA needs one of them, Higuchi's fractal dimension. Numba and LLVM for it are 183 MB, and compile
for longer at each start than the loop takes for a night. The numbers are the same to the last bit.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any


class _Values(list[float]):
    """The numbers of an array, which plain Python reads from a list in half the time."""

    @property
    def size(self) -> int:
        return len(self)


class _AnyType:
    """Whatever types a signature names: nothing is compiled, so nothing needs them."""

    def __getattr__(self, name: str) -> "_AnyType":
        return self

    def __call__(self, *_: object, **__: object) -> "_AnyType":
        return self

    def __getitem__(self, _: object) -> "_AnyType":
        return self


types = _AnyType()


def jit(*_: object, **__: object) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Take numba's decorator's place; what is decorated gets its arrays of one axis as lists."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(*arguments: Any) -> Any:
            return function(*map(_values, arguments))

        return run

    return decorate


def _values(argument: Any) -> Any:
    is_one_axis = getattr(argument, "ndim", 0) == 1
    return _Values(argument.tolist()) if is_one_axis else argument
