"""The fleet against real server processes: small in every run, large where asked for.

A failure tells its seed; FLEET_SEED in the environment runs any of them with that one.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from skygge.settings import Settings
from tests.fixtures.clusters import running_cluster
from tests.fleet.fleet import Size, run_fleet

SMALL = Size(phones=5, node_phones=1, days=1, changes_a_day=60, kills=1, wipes=1, restores=1)
MIDDLE = Size(phones=10, node_phones=3, days=3, changes_a_day=400, kills=4, wipes=2, restores=3)
DEEP = Size(phones=30, node_phones=6, days=14, changes_a_day=1430, kills=30, wipes=2, restores=1)
# Everything that can happen, in a fifth of an hour less than the large one takes.
ROUGH = Size(
    phones=14, node_phones=3, days=6, changes_a_day=300, kills=5, wipes=3, restores=2, studies=2, database_stops=5,
    revocations=3, erasures=4, clock_jumps=10, away=2, upgrades=2,
)  # fmt: skip
LARGE = Size(
    phones=200, node_phones=40, days=60, changes_a_day=6700, kills=500, wipes=40, restores=20, studies=10,
    database_stops=50, revocations=20, erasures=50, clock_jumps=400, away=10, upgrades=2, crashes=0.02,
)  # fmt: skip
# Fleets of the middle size that once failed, and how. They stay what they were only while the fleet draws alike.
# 100: a copy of a strike that has lost its words was struck with; 101: the beginning of an entry was nowhere any more.
KEPT_SEEDS = (100, 101)
# The first is fixed (a strike came before the text that it strikes, in the deep size), the other new in every run. It
# is no part of a test's name: the workers of a run have to agree on those.
SEEDS = (7, int(os.environ.get("FLEET_SEED", random.SystemRandom().randrange(2**31))))
SEED_NAMES = ("fixed", "new")


def test_a_small_fleet_loses_and_doubles_nothing(sqlite_settings: Settings, tmp_path: Path) -> None:
    """Lost, late and doubled messages, a killed server, a wiped phone, a restore, struck words: I1 to I10."""
    fleet = run_fleet(sqlite_settings, SMALL, int(os.environ.get("FLEET_SEED", SEEDS[0])), tmp_path)
    assert len(fleet.written) > 30 and fleet.proxy.happened["none"] > 20


@pytest.mark.deep
@pytest.mark.parametrize("seed", [*KEPT_SEEDS, SEEDS[1]], ids=[*map(str, KEPT_SEEDS), "new"])
def test_a_fleet_that_is_restored_three_times(settings: Settings, tmp_path: Path, seed: int) -> None:
    """Three restores in three days: what strikes, wipes and restores do to each other shows here first."""
    run_fleet(settings, MIDDLE, seed, tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize("seed", SEEDS, ids=SEED_NAMES)
def test_thirty_phones_over_two_weeks(settings: Settings, tmp_path: Path, seed: int) -> None:
    """20,000 changes on either database, thirty kills in the middle of a batch."""
    run_fleet(settings, DEEP, seed, tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize(
    ("workers", "seed"),
    [(0, SEEDS[0]), (0, SEEDS[1]), (1, SEEDS[1]), (4, SEEDS[1])],
    ids=["sqlite fixed", "sqlite new", "one worker new", "four workers new"],
)
def test_everything_at_once(tmp_path: Path, workers: int, seed: int) -> None:
    """Databases stopped, phones revoked and long away, people erased, clocks set, four versions, two upgrades."""
    if workers == 0:
        run_fleet(Settings(data=tmp_path / "data"), replace(ROUGH, database_stops=0), seed, tmp_path)
    else:
        _on_own_cluster(replace(ROUGH, workers=workers), seed, tmp_path)


@pytest.mark.fleet
@pytest.mark.parametrize("workers", [1, 4], ids=["one worker", "four workers"])
def test_two_hundred_phones_over_sixty_days(tmp_path: Path, workers: int) -> None:
    """The large tier: `./dev test fleet`. `FLEET_SHARE` takes that share of it, for a shorter look."""
    share = float(os.environ.get("FLEET_SHARE", "1"))
    _on_own_cluster(replace(_share_of(LARGE, share), workers=workers), SEEDS[1], tmp_path)


def _share_of(size: Size, share: float) -> Size:
    """Fewer days with as much in each, and at least one of whatever happens."""
    days = max(1, round(size.days * share))
    rarely = {name: getattr(size, name) for name in ("kills", "wipes", "restores", "database_stops", "revocations")}
    rarely |= {name: getattr(size, name) for name in ("erasures", "clock_jumps")}
    return replace(size, days=days, **{name: max(1, round(count * share)) for name, count in rarely.items()})


def _on_own_cluster(size: Size, seed: int, folder: Path) -> None:
    """On a PostgreSQL that is as durable as it is by default, and may be stopped at once."""
    with running_cluster("skygge") as cluster:
        settings = Settings(data=folder / "data", database_url=cluster.uri_of("skygge"))
        run_fleet(settings, size, seed, folder, cluster)
