"""The fleet against real server processes: small in every run, large where asked for.

The seed stands in the test's name; FLEET_SEED in the environment runs the small fleet with another one.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from skygge.settings import Settings
from tests.fleet.fleet import Size, run_fleet

SMALL = Size(phones=5, node_phones=1, days=1, changes_a_day=60, kills=1, wipes=1, restores=1)
DEEP = Size(phones=30, node_phones=6, days=14, changes_a_day=1430, kills=30, wipes=2, restores=1)
LARGE = Size(phones=200, node_phones=40, days=60, changes_a_day=6700, kills=500, wipes=40, restores=20)
# The first is fixed, the other new in every run.
SEEDS = (7, random.SystemRandom().randrange(2**31))


@pytest.mark.parametrize("seed", [int(os.environ.get("FLEET_SEED", SEEDS[0]))])
def test_a_small_fleet_loses_and_doubles_nothing(sqlite_settings: Settings, tmp_path: Path, seed: int) -> None:
    """Lost, late and doubled messages, a killed server, a wiped phone, a restore, struck words: I1 to I10."""
    fleet = run_fleet(sqlite_settings, SMALL, seed, tmp_path)
    assert len(fleet.written) > 30 and fleet.proxy.happened["none"] > 20


@pytest.mark.deep
@pytest.mark.parametrize("seed", SEEDS)
def test_thirty_phones_over_two_weeks(settings: Settings, tmp_path: Path, seed: int) -> None:
    """20,000 changes on either database, thirty kills in the middle of a batch."""
    run_fleet(settings, DEEP, seed, tmp_path)


@pytest.mark.fleet
def test_two_hundred_phones_over_sixty_days(postgres_settings: Settings, tmp_path: Path) -> None:
    """The large tier: `./dev test fleet`."""
    run_fleet(postgres_settings, LARGE, SEEDS[1], tmp_path)
