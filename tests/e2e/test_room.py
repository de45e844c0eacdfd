"""A laptop that serves its room over https by itself: the phone that trusts it installs the app and works offline."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import expect

from tests.e2e.conftest import MakePhone
from tests.e2e.observer import Observer
from tests.fixtures.server_process import ServerProcess


@pytest.fixture
def server(room: ServerProcess) -> ServerProcess:
    """The room's server, in the place of the usual one."""
    return room


def key_of_authority(server: ServerProcess) -> str:
    """What a phone remembers of the certificate it was told to trust."""
    authority = x509.load_pem_x509_certificate((server.data / "https" / "authority.crt").read_bytes())
    key = authority.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


def test_a_phone_that_trusts_the_room_works_offline_and_sends(server: ServerProcess, make_phone: MakePhone) -> None:
    """The page behind the code, the certificate, the set-up, and an entry written while the laptop sleeps."""
    phone = make_phone(trusts=key_of_authority(server))
    page = phone.open("/#/room")
    expect(page.get_by_role("heading", level=1, name="This server is in this room")).to_be_visible()
    with page.expect_download() as loaded:
        page.get_by_role("link", name="Load the certificate", exact=True).tap()
    assert loaded.value.suggested_filename == "skygge-room.crt"
    assert b"BEGIN CERTIFICATE" in Path(loaded.value.path()).read_bytes()
    page.goto(server.setup_url)
    observer = Observer(page)
    observer.set_up()
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert cookies["__Host-skygge"]["secure"] and cookies["__Host-skygge"]["httpOnly"]
    observer.wait_until_ready_offline()
    server.kill()
    observer.start()
    observer.add_actor("Citizen", "C1")
    observer.see("C1", action="Asks", structure="Directing")
    # Safe on the phone only when it says so.
    observer.truth("4 to send")
    page.reload()
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_visible()
    server.start()
    observer.truth("on the server ✓")
