"""The only composer: puts the rooms of the house under one roof."""

import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware

from skygge import __version__, health, metrics
from skygge.accounts import routes as accounts
from skygge.accounts.access import require_set_up
from skygge.accounts.rotation import HandOver
from skygge.analyse import routes as analyse
from skygge.clock import utc_now
from skygge.db import open_database
from skygge.errors import BodyTooLarge, BodyUnreadable, MediaTypeUnsupported, RequestInvalid
from skygge.export import offers
from skygge.export import routes as export
from skygge.fieldlog import routes as fieldlog
from skygge.founding import routes as founding
from skygge.guard import Guard
from skygge.intake import routes as intake
from skygge.logs import RequestLog
from skygge.privacy import concerns, requests, resets
from skygge.privacy import routes as privacy
from skygge.problems import describe_openapi, document_problems, install_handlers
from skygge.settings import Settings, load_settings
from skygge.studies import entrance, own_password, pairings, records, scripts, spare_codes
from skygge.studies import routes as studies
from skygge.studies.alarms import tell_studies
from skygge.sync import events
from skygge.sync import routes as sync
from skygge.upkeep import routes as upkeep

API = "/api/v1"
# Every address below answers 503 until the first account is there; founding's set-up is the way to it.
ROUTERS: tuple[APIRouter, ...] = (
    accounts.router,
    entrance.router,
    pairings.router,
    spare_codes.router,
    own_password.router,
    studies.router,
    records.router,
    scripts.router,
    founding.router,
    fieldlog.router,
    sync.push_router,
    sync.pull_router,
    events.router,
    privacy.router,
    concerns.router,
    resets.router,
    requests.router,
    intake.router,
    analyse.router,
    offers.router,
    export.router,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application on an open database. The caller has migrated it. Raises StartRefused."""
    settings = settings or load_settings()
    app = _compose(settings)
    app.state.settings = settings
    app.state.clock = utc_now
    # Whom a stolen sign-in concerns is for the studies to know; accounts lie a floor below them.
    app.state.tell_studies = tell_studies
    app.state.database = open_database(settings)
    return app


def describe_api() -> dict[str, Any]:
    """The OpenAPI document, without touching any database."""
    return _compose(Settings()).openapi()


def find_web_app() -> Path | None:
    """The built web app: inside the installed package, or where the repository builds it."""
    here = Path(__file__).resolve().parent
    for folder in (here / "web", here.parents[1] / "frontend" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


def _compose(settings: Settings) -> FastAPI:
    app = FastAPI(
        title="Skygge",
        version=__version__,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        generate_unique_id_function=_operation_name,
        responses=document_problems(BodyUnreadable, BodyTooLarge, MediaTypeUnsupported, RequestInvalid),
    )
    # First: FastAPI makes ready all that stands before the address asked for, and who waits for a start asks this.
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(upkeep.router)
    app.include_router(founding.setup_router, prefix=API)
    for router in ROUTERS:
        app.include_router(router, prefix=API, dependencies=[Depends(require_set_up)])
    web = find_web_app()
    if web is not None:
        mimetypes.add_type("application/manifest+json", ".webmanifest")
        app.frontend("/", directory=str(web), fallback=None)
    install_handlers(app)
    describe_openapi(app)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)
    app.add_middleware(HandOver)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(RequestLog)
    if settings.metrics_token:
        app.state.metrics = metrics.make_registry()
        app.add_middleware(metrics.Meter, registry=app.state.metrics)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.database.close()


def _operation_name(route: APIRoute) -> str:
    return route.name
