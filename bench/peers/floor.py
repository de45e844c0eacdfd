"""The least a server with FastAPI can do for sync: one Core insert for a batch, raw rows out. Started by bench/sync.py.

`/floor` is that. `/rx` is the same with what RxDB's replication asks for on top: documents beside a checkpoint.
"""

import gzip
import json
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, event, insert, select
from sqlalchemy.engine import Connection

app = FastAPI()
url, port = sys.argv[1], int(sys.argv[2])
engine = create_engine(url)
tables = MetaData()
rows = Table("row", tables, Column("seq", Integer, primary_key=True), Column("body", Text))
rx_rows = Table("rx_row", tables, Column("seq", Integer, primary_key=True), Column("body", Text))

if url.startswith("sqlite"):

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        """As durable as Skygge's own."""
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")


tables.create_all(engine)


def keep(connection: Connection, table: Table, documents: list[Any]) -> None:
    """One insert for all."""
    connection.execute(insert(table), [{"body": json.dumps(one)} for one in documents])


@app.post("/floor")
async def push(request: Request) -> Response:
    """A batch in, one transaction."""
    documents = json.loads(gzip.decompress(await request.body()))
    with engine.begin() as connection:
        keep(connection, rows, documents)
    return Response('{"ok": true}', media_type="application/json")


@app.get("/floor")
def pull(after: int, limit: int) -> Response:
    """A page out."""
    with engine.connect() as connection:
        found = connection.execute(select(rows).where(rows.c.seq > after).order_by(rows.c.seq).limit(limit))
        page = ",".join(f'{{"seq":{seq},"body":{body}}}' for seq, body in found)
    return Response(f"[{page}]", media_type="application/json")


@app.post("/rx")
async def push_rx(request: Request) -> Response:
    """RxDB's batch: nobody else writes, so there are no conflicts to answer."""
    documents = json.loads(await request.body())
    with engine.begin() as connection:
        keep(connection, rx_rows, documents)
    return Response("[]", media_type="application/json")


@app.get("/rx")
def pull_rx(after: int, limit: int) -> Response:
    """RxDB's page."""
    with engine.connect() as connection:
        found = connection.execute(
            select(rx_rows).where(rx_rows.c.seq > after).order_by(rx_rows.c.seq).limit(limit)
        ).all()
    documents = ",".join(str(body) for _, body in found)
    checkpoint = found[-1][0] if found else after
    answer = f'{{"documents":[{documents}],"checkpoint":{{"seq":{checkpoint}}}}}'
    return Response(answer, media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=port, http="h11", log_level="warning")
