"""`skygge serve --https`: a certificate that a phone can be told to trust, for a week, for one address."""

from __future__ import annotations

import ssl
import stat
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from skygge.commands import in_room
from skygge.db import open_database
from skygge.settings import Settings
from skygge.upkeep.certificate import LASTS, room_certificate
from skygge.upkeep.doctor import Patient, examine
from skygge.upkeep.room import find_address, settings_of_room
from tests.fixtures.server_process import ServerProcess

NOW = datetime.now(UTC).replace(microsecond=0)


def fetch(url: str, trusted: bytes | None) -> bytes:
    """What stands there, when the certificate is one that the given authority vouches for."""
    context = ssl.create_default_context(cadata=trusted.decode()) if trusted else ssl._create_unverified_context()
    with urllib.request.urlopen(url, timeout=10, context=context) as answer:
        return bytes(answer.read())


def test_who_installs_the_certificate_trusts_the_server_and_nothing_else(room: ServerProcess) -> None:
    """The phone loads it in spite of the warning; from then on there is none. Another name stays a warning."""
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{room.origin}/healthz", timeout=10)
    authority = fetch(f"{room.origin}/room.crt", None)
    assert b"ok" in fetch(f"{room.origin}/healthz", authority)
    with pytest.raises(urllib.error.URLError, match="localhost"):
        fetch(f"https://localhost:{room.port}/healthz", authority)
    assert f"{room.origin}/#/room" in room.output


def test_the_doctor_sees_an_untrusted_certificate_and_one_that_ends_soon(
    room: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at from a machine that trusts nobody, and then from one that trusts the room."""
    settings = Settings(data=room.data, origin=room.origin)
    database = open_database(settings)
    with database.read() as session:
        patient = Patient(settings, database, session, datetime.now(UTC))
        assert "not one that this machine trusts" in examine(patient)["certificate"][0].what
        monkeypatch.setenv("SSL_CERT_FILE", str(room.data / "https" / "authority.crt"))
        assert examine(patient)["certificate"][0].what.startswith("The certificate ends on ")
    database.close()


def test_the_authority_vouches_for_one_host_for_a_week_and_its_key_is_nowhere(tmp_path: Path) -> None:
    """An iPhone refuses what lives longer than 825 days; a key left lying could vouch for a bank."""
    room = room_certificate(tmp_path, "192.168.1.5", NOW)
    authority = x509.load_pem_x509_certificate(room.authority.read_bytes())
    certificate = x509.load_pem_x509_certificate(room.certificate.read_bytes())
    certificate.verify_directly_issued_by(authority)
    assert certificate.not_valid_after_utc == authority.not_valid_after_utc == NOW + LASTS
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert str(limits.value.permitted_subtrees) == "[<IPAddress(value=192.168.1.5/32)>]"
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == [
        "authority.crt", "server.key", "server.pem",
    ]  # fmt: skip
    assert room.key.read_bytes().count(b"PRIVATE KEY") == 2
    assert stat.S_IMODE(room.key.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("host", "later", "stays"),
    [
        ("192.168.1.5", timedelta(days=5), True),
        ("192.168.1.5", timedelta(days=6, hours=1), False),
        ("192.168.1.6", timedelta(), False),
        ("laptop.local", timedelta(), False),
    ],
)
def test_it_is_made_anew_when_it_ends_soon_or_the_network_is_another(
    tmp_path: Path, host: str, later: timedelta, stays: bool
) -> None:
    """Phones need not be told again before that."""
    before = room_certificate(tmp_path, "192.168.1.5", NOW).authority.read_bytes()
    assert (room_certificate(tmp_path, host, NOW + later).authority.read_bytes() == before) is stays


def test_the_address_is_this_machines_own_unless_it_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """And it listens where phones can reach it, except at an address that is this machine's alone."""
    own = settings_of_room(Settings(port=8443))
    assert own.origin == f"https://{find_address()}:8443"
    named = settings_of_room(Settings(port=8443, origin="https://laptop.local:8443"))
    assert (named.origin, named.host) == ("https://laptop.local:8443", "0.0.0.0")
    assert settings_of_room(Settings(port=8443, origin="https://127.0.0.1:8443")).host == "127.0.0.1"
    assert settings_of_room(Settings(port=8443, origin="https://[::1]:8443")).origin == "https://[::1]:8443"


def test_a_screen_gets_the_code_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Drawn in a terminal, left out of a file."""
    settings = Settings(data=tmp_path, origin="https://192.168.1.5:8321")
    in_room.open_room(settings)
    assert "█" not in capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    in_room.open_room(settings)
    said = capsys.readouterr().out
    assert "█" in said and "https://192.168.1.5:8321/#/room" in said


def test_a_server_that_serves_no_room_has_no_certificate_to_give(server: ServerProcess) -> None:
    """Neither a file nor a page of the app in its place."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetch(f"{server.origin}/room.crt", None)
    assert refused.value.code == 404
    assert b"room.none" in refused.value.read()
