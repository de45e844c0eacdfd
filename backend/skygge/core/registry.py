"""Finding what a folder offers: one file, one thing, named by itself."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Protocol, TypeVar, cast


class Named(Protocol):
    """Anything a registry holds."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def discover(folder: ModuleType, variable: str, kind: type[N]) -> dict[str, N]:
    """All things of a kind that the modules of a package offer under a variable, by name. A module without fails."""
    modules = [
        importlib.import_module(f"{folder.__name__}.{found.name}") for found in pkgutil.iter_modules(folder.__path__)
    ]
    things = [cast(N, getattr(module, variable)) for module in modules]
    wrong = [module for module, thing in zip(modules, things, strict=True) if not isinstance(thing, kind)]
    if wrong:
        raise TypeError(f"{wrong[0].__name__}.{variable} is not of the expected kind")
    return {thing.name: thing for thing in sorted(things, key=lambda thing: thing.name)}
