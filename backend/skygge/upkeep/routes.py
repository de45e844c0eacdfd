"""What stands beside the app: what phones in a room are told to trust, and whom to tell of a hole in the server."""

from datetime import UTC, timedelta

from fastapi import APIRouter, Response

from skygge.accounts.access import SettingsDep
from skygge.clock import ClockDep
from skygge.errors import AddressUnknown, NotInRoom
from skygge.problems import document_problems
from skygge.upkeep.room import parts_in

router = APIRouter(tags=["upkeep"])
MEDIA_TYPE = "application/x-x509-ca-cert"
# RFC 9116 wants an end, less than a year away; whoever still answers then has a server that still says so.
SECURITY_TXT_LASTS = timedelta(days=180)


@router.get(
    "/room.crt",
    response_class=Response,
    responses={200: {"description": "The certificate.", "content": {MEDIA_TYPE: {}}}, **document_problems(NotInRoom)},
)
def download_authority(settings: SettingsDep) -> Response:
    """The certificate of this room's authority, in the form that phones install; no secret."""
    file = parts_in(settings.data).authority
    if not (settings.is_secure and file.is_file()):
        raise NotInRoom
    headers = {"Content-Disposition": 'attachment; filename="skygge-room.crt"'}
    return Response(file.read_bytes(), media_type=MEDIA_TYPE, headers=headers)


@router.get(
    "/.well-known/security.txt",
    response_class=Response,
    responses={
        200: {"description": "RFC 9116.", "content": {"text/plain": {}}},
        **document_problems(AddressUnknown),
    },
)
def read_security_txt(settings: SettingsDep, clock: ClockDep) -> Response:
    """Whom to tell of a hole in this server (RFC 9116), where its operator has named somebody."""
    if not settings.security_contact:
        raise AddressUnknown
    expires = (clock() + SECURITY_TXT_LASTS).astimezone(UTC).strftime("%Y-%m-%dT00:00:00Z")
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {expires}",
        "Preferred-Languages: da, en",
        f"Canonical: {settings.url_of_origin}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", media_type="text/plain; charset=utf-8")
