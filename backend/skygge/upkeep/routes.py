"""What phones in the room are told to trust, when this machine serves https by itself."""

from fastapi import APIRouter, Response

from skygge.accounts.access import SettingsDep
from skygge.errors import NotInRoom
from skygge.problems import document_problems
from skygge.upkeep.room import parts_in

router = APIRouter(tags=["upkeep"])
MEDIA_TYPE = "application/x-x509-ca-cert"


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
