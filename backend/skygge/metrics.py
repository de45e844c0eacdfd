"""How often each kind of address is asked and how long its answer takes, for whoever watches servers. Never whose.

An address is counted by its pattern (`/api/v1/studies/{study_id}/changes`), so that no number is one study's; whatever
no pattern fits is one line. Absent unless a token is set for it.
"""

import atexit
import os
import shutil
from secrets import compare_digest
from tempfile import mkdtemp
from time import perf_counter
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from skygge import __version__
from skygge.errors import AddressUnknown, MetricsRefused, StartRefused
from skygge.logs import address_of, method_of
from skygge.problems import document_problems
from skygge.settings import Settings

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

router = APIRouter(tags=["health"])
# Seconds until an answer begins: an export goes on for long after that, and a feed of events for ever.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SHARED = "PROMETHEUS_MULTIPROC_DIR"


class Meter:
    """Outermost ASGI middleware that counts answers by method, pattern and status; whoever hangs up got none.

    `registry` has the counts of this process.
    """

    def __init__(self, app: ASGIApp, registry: "CollectorRegistry") -> None:
        from prometheus_client import Counter, Gauge, Histogram

        self.app = app
        labels = ("method", "address")
        self.answers = Counter("skygge_answers", "Answers given.", (*labels, "status"), registry=registry)
        self.seconds = Histogram(
            "skygge_answer_seconds", "Until an answer began.", labels, registry=registry, buckets=BUCKETS
        )
        info = Gauge("skygge_info", "The version.", ("version",), registry=registry, multiprocess_mode="max")
        info.labels(__version__).set(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()

        def tell(status: int) -> None:
            method, address = method_of(scope), address_of(scope)
            self.answers.labels(method, address, status).inc()
            self.seconds.labels(method, address).observe(perf_counter() - began)

        async def send_and_tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                tell(message["status"])
            await send(message)

        await self.app(scope, receive, send_and_tell)


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"description": "Prometheus text.", "content": {"text/plain": {}}},
        **document_problems(AddressUnknown, MetricsRefused),
    },
)
def read_metrics(request: Request) -> Response:
    """Counts for Prometheus: answers by address and status, and how long they took. Nothing of any study."""
    settings: Settings = request.app.state.settings
    if not settings.metrics_token:
        raise AddressUnknown
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(token.encode(), settings.metrics_token.encode()):
        raise MetricsRefused
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry: CollectorRegistry = request.app.state.metrics
    if settings.workers > 1:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types here
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def share_among_workers(settings: Settings) -> None:
    """Have all processes of this server count in files of one folder, gone at its end. Before the first of them begins.

    Raises StartRefused where the system has no place for temporary files.
    """
    # One that somebody else has set would be counted into, and never emptied.
    os.environ.pop(SHARED, None)
    if not settings.metrics_token or settings.workers == 1:
        return
    try:
        os.environ[SHARED] = folder = mkdtemp(prefix="skygge-metrics-")
    except OSError:
        raise StartRefused("There is no folder for temporary files, which SKYGGE_METRICS_TOKEN needs.") from None
    atexit.register(shutil.rmtree, folder, ignore_errors=True)


def make_registry() -> "CollectorRegistry":
    """Where one process counts. Loaded only where somebody asks for numbers: it would cost every start."""
    from prometheus_client import CollectorRegistry

    return CollectorRegistry()
