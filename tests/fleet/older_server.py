"""A server of before two upgrades: the product, made to forget the kinds of changes that it learned by them.

`FLEET_SERVER_AGE` says how many upgrades it has had. Its workers begin by reading this file as well.
"""

import os

from skygge.cli import main
from skygge.core import changes
from tests.fleet.kinds import NEW_KINDS

for kind in NEW_KINDS[int(os.environ["FLEET_SERVER_AGE"]) :]:
    changes.KINDS.pop(kind)  # type: ignore[attr-defined]  # a mapping to everybody else

if __name__ == "__main__":
    main()
