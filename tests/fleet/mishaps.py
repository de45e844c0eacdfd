"""What happens to a fleet: servers and databases end, phones are lost, people withdraw, clocks are set."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

from skygge.backup import read_backup, write_backup
from skygge.clock import utc_now
from skygge.migrate import find_migrations
from skygge.privacy.shapes import Decision, WithdrawalIn, WithdrawalOut
from skygge.privacy.withdraw import withdraw
from skygge.studies.access import Membership, Role
from skygge.studies.devices import note_revocation
from skygge.studies.tables import DeviceRow
from skygge.sync.restore import begin_anew
from tests.fleet.faults import BAD_WEATHER, FAIR_WEATHER
from tests.fleet.phones import FleetPhone, PythonPhone
from tests.fleet.team import Team

if TYPE_CHECKING:
    from tests.fleet.fleet import Fleet

A_DAY_S = 86_400
# To this revision the database goes back before an upgrade brings it up again; what it loses is told from the log.
BEFORE_UPGRADE = "0012"


def happen(fleet: Fleet, event: str) -> None:
    """One event by its name; `backup` and `restore`, `meet` and `erase` have a number that they share."""
    name, _, number = event.partition(" ")
    fleet.met[name] = fleet.met.get(name, 0) + 1
    if name in ALONE:
        ALONE[name](fleet)
    elif name == "meet":
        _team(fleet, number).meet(_label(number))
    elif name == "erase":
        _erase(fleet, _team(fleet, number), _label(number))
    else:
        {"backup": _back_up, "restore": _restore}[name](fleet, number)


def _team(fleet: Fleet, number: str) -> Team:
    return fleet.teams[int(number) % len(fleet.teams)]


def _label(number: str) -> str:
    return f"Borger {number}"


def _kill(fleet: Fleet) -> None:
    """SIGKILL while a batch is under way, of all its processes."""
    process = fleet.server.process
    assert process is not None
    _cut(fleet, lambda: os.killpg(process.pid, signal.SIGKILL))
    fleet.server.kill()
    fleet.server.start()
    fleet.proxy.weather = BAD_WEATHER


def _stop_database(fleet: Fleet) -> None:
    """The database stops at once while a batch is under way; the server lives on and finds it again."""
    assert fleet.cluster is not None and fleet.server.process is not None
    _cut(fleet, fleet.cluster.stop_at_once)
    fleet.cluster.start()
    assert fleet.server.process.poll() is None, f"{fleet.say()}: the server died with its database"
    fleet.proxy.weather = BAD_WEATHER


def _cut(fleet: Fleet, end: Callable[[], None]) -> None:
    """Everybody has something to send, and while the first of it is on its way, this happens."""
    for phone in fleet.phones:
        fleet.team_of[phone.name].act(phone)
    timer = threading.Timer(fleet.rng.random() * 0.05, end)

    def begin() -> None:
        fleet.proxy.on_forwarded = None
        timer.start()

    fleet.proxy.on_forwarded = begin
    fleet.proxy.weather = FAIR_WEATHER
    for phone in fleet.phones:
        fleet.sync_now(phone)
        if timer.is_alive() or timer.finished.is_set():
            break
    fleet.proxy.on_forwarded = None
    if timer.ident is None:
        # Nobody had anything to send, or whoever had was away.
        timer.start()
    timer.join(30)


def _wipe(fleet: Fleet) -> None:
    """A phone loses everything; what it had no verdict on is lost with it, and nothing else."""
    phone = fleet.rng.choice(fleet.others)
    team = fleet.team_of[phone.name]
    # Acknowledged and then lost by a restore that the phone has not heard of counts as lost too.
    safe = phone.acknowledged() & fleet.told(team)
    team.forget_all(team.made_on(phone) - safe)
    _become_another(fleet, phone)


def _become_another(fleet: Fleet, phone: FleetPhone) -> None:
    phone.wipe()
    fleet.team_of[phone.name].installs[phone.name] += 1


def _revoke(fleet: Fleet) -> None:
    """A lost phone is shut out: its last words are set aside whole, and it is wiped."""
    phone = fleet.rng.choice(fleet.others)
    team = fleet.team_of[phone.name]
    with fleet.database() as database, database.write() as session:
        row = session.get(DeviceRow, (team.study_id, phone.device_id))
        if row is None:
            # It has never been heard of; there is nothing to revoke.
            return
        row.revoked_at = utc_now()
        note_revocation(session, row)
    told = fleet.told(team)
    last = team.made_on(phone) - told
    fleet.proxy.weather = FAIR_WEATHER
    while phone.unsent():
        assert phone.sync() is None, f"I7, {fleet.say()}: a revoked phone cannot hand over what it has"
    fleet.proxy.weather = BAD_WEATHER
    lost = [team.written[one].draft for one in last - phone.parked()]
    # What is erased is kept nowhere, here neither.
    lost = [draft for draft in lost if draft["subject_id"] not in team.erased]
    assert not lost, f"I7, {fleet.say()}: what a revoked phone sent was not set aside, {lost[:3]}"
    assert fleet.told(team) == told, f"I7, {fleet.say()}: a revoked phone wrote into the feed"
    # Its strikes are nobody's order any more, and what it wrote is no part of the study.
    team.forget_all(last)
    _become_another(fleet, phone)


def _jump(fleet: Fleet) -> None:
    """Somebody sets a clock, up to a day wrong, and the hour of summer begins or ends."""
    # The web's phone has a new session at each start: no server can tell a jump between two before the first contact.
    phone = fleet.rng.choice([phone for phone in fleet.phones if isinstance(phone, PythonPhone)])
    phone.ahead = timedelta(seconds=fleet.rng.randint(-A_DAY_S, A_DAY_S))
    was_summer = phone.manner.get("utc_offset_minutes") == 120
    phone.manner |= {"utc_offset_minutes": 60 if was_summer else 120, "time_zone": "Europe/Copenhagen"}


def _erase(fleet: Fleet, team: Team, label: str) -> None:
    """Somebody withdraws, while two phones that have not heard of it write on about them."""
    first = team.phones[0]
    fleet.proxy.weather = FAIR_WEATHER
    assert first.sync() is None
    for phone in fleet.rng.sample(team.phones[1:], 2):
        team.edit_about(label, phone)
    asked = WithdrawalIn(actor_id=team.people[label].actor_id, mode="erase", dry_run=True)
    to_read = _withdraw(fleet, team, asked).to_read
    decided = [Decision(id=str(one.id), decision="kept") for one in to_read]
    done = _withdraw(fleet, team, WithdrawalIn(actor_id=asked.actor_id, mode="erase", decided=decided))
    assert done.n_entries == len(team.people[label].entries), fleet.say()
    team.note_erased(label)
    fleet.proxy.weather = BAD_WEATHER


def _withdraw(fleet: Fleet, team: Team, asked: WithdrawalIn) -> WithdrawalOut:
    author = team.author
    assert author.account_id is not None
    lead = Membership(team.study_id, author.member_id, author.account_id, author.observer, Role(author.role))
    with fleet.database() as database, database.write() as session:
        return withdraw(session, lead, asked, utc_now())


def _upgrade(fleet: Fleet) -> None:
    """The server of the next version over a database of an older one."""
    fleet.server.stop()
    with fleet.database() as database, database.writer.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(find_migrations()))
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE_UPGRADE)
    age = int(fleet.server.env["FLEET_SERVER_AGE"]) + 1
    fleet.server.env = {**fleet.server.env, "FLEET_SERVER_AGE": str(age)}
    fleet.server.start()


def _back_up(fleet: Fleet, number: str) -> None:
    with fleet.database() as database, database.read() as session:
        write_backup(session, fleet.folder / f"{number}.backup", utc_now())


def _restore(fleet: Fleet, number: str) -> None:
    fleet.server.stop()
    with fleet.database() as database, database.write() as session:
        read_backup(session, fleet.folder / f"{number}.backup")
        begin_anew(session, database.ledger.read(), utc_now())
    fleet.server.start()
    for team in fleet.teams:
        _, ticket = fleet.tickets(team)
        for phone in team.phones:
            phone.sign_in(ticket)
        # What only a wiped phone had made and the backup lacks is nowhere any more.
        alive = {team.install_of(phone) for phone in team.phones}
        team.forget_all({one for one, made in team.written.items() if made.maker not in alive} - fleet.told(team))


ALONE: dict[str, Callable[[Fleet], None]] = {
    "kill": _kill,
    "stop": _stop_database,
    "wipe": _wipe,
    "revoke": _revoke,
    "jump": _jump,
    "upgrade": _upgrade,
}
