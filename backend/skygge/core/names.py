"""Names as other programs take them: short enough, without forbidden signs, and each given once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from skygge.core.losses import Losses

SPACES = re.compile(r"\s+")


@dataclass
class Names:
    """Gives names, and counts those that had to be changed. Upper and lower case are the same name to many programs."""

    losses: Losses
    spell: Callable[[str, Losses], str]
    forbidden: re.Pattern[str] | None = None
    limit: int = 63
    brackets: str = "()"
    given: set[str] = field(default_factory=set)

    def give(self, wanted: str, detail: str = "", *, is_twin: bool = False) -> str:
        """A free name as close to the wanted one as can be; `detail` tells it from one that is taken.

        A twin is a second name of the same thing, and is not counted again.
        """
        plain = self._cut(self._allow(wanted))
        name, number = plain, 1
        while name.casefold() in self.given:
            ending = f" {self.brackets[0]}{detail}{self.brackets[1]}" if detail and number == 1 else f" {number + 1}"
            name, number = self._cut(plain, ending), number + 1
        self.given.add(name.casefold())
        self.losses.note("names", name != wanted and not is_twin)
        return name

    def _allow(self, wanted: str) -> str:
        spelled = SPACES.sub(" ", self.spell(wanted, self.losses)).strip()
        return (spelled if self.forbidden is None else self.forbidden.sub("-", spelled)) or "-"

    def _cut(self, name: str, ending: str = "") -> str:
        return name[: self.limit - len(ending)].rstrip() + ending
