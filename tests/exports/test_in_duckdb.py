"""DuckDB reads CSV, JSON Lines and Parquet: the same rows, times and texts in each."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.exports.written import NASTY, kept, write, write_nasty

QUERY = "select count(*), sum(start_s), count(end_s), count(jotting), max(length(jotting)), sum(duration_s) from "


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files side by side."""
    made = tmp_path_factory.mktemp("duckdb")
    with zipfile.ZipFile(io.BytesIO(write_nasty("csv")[0])) as archive:
        archive.extractall(made)
    (made / "entries.parquet").write_bytes(write_nasty("parquet")[0])
    (made / "study.jsonl").write_bytes(write_nasty("jsonl")[0])
    return made


def ask(sql: str) -> list[tuple[Any, ...]]:
    found = duckdb.sql(sql)
    assert found is not None
    return found.fetchall()


def csv_of(folder: Path, name: str) -> str:
    how = "header=true, delim=',', quote='\"', new_line='\\r\\n', nullstr='', strict_mode=false"
    return f"read_csv('{folder / name}.csv', {how})"


def test_csv_and_parquet_hold_the_same_rows(folder: Path) -> None:
    """Counts, sums of times, numbers of missing values, the longest text."""
    entries = kept(NASTY)
    (in_csv,), (in_parquet,) = ask(QUERY + csv_of(folder, "entries")), ask(f"{QUERY}'{folder / 'entries.parquet'}'")
    assert in_csv == in_parquet
    ended = sum(line["ended_at"] is not None for line in entries)
    texts = [line["jotting"] for line in entries if line["jotting"]]
    assert (in_csv[0], in_csv[2:5]) == (len(entries), (ended, len(texts), 40_000))


def test_parquet_holds_every_text_exactly_and_numbers_as_numbers(folder: Path) -> None:
    """Control characters too; missing is missing."""
    rows = ask(
        f"select jotting, typeof(start_s), typeof(sequence), typeof(verbatim) from '{folder / 'entries.parquet'}'"
    )
    assert [row[0] for row in rows] == [line["jotting"] for line in kept(NASTY)]
    assert {row[1:] for row in rows} == {("DOUBLE", "BIGINT", "BOOLEAN")}


def test_tables_join_by_their_ids(folder: Path) -> None:
    """Every entry has its encounter, every flag its entry."""
    entries, encounters, flags = (csv_of(folder, name) for name in ("entries", "encounters", "entry_flags"))
    assert ask(f"select count(*) from {entries} join {encounters} using (encounter_id)") == [(len(kept(NASTY)),)]
    assert ask(f"select count(*) from {flags} join {entries} using (entry_id)") == [(2,)]


def test_json_lines_hold_every_object(folder: Path) -> None:
    """By type, as many as the study has."""
    lines = (
        f"read_json('{folder / 'study.jsonl'}', format='newline_delimited', records=true, maximum_object_size=10000000)"
    )
    found = dict(ask(f"select type, count(*) from {lines} group by type"))
    wanted = {
        kind: sum(line["type"] == kind for line in NASTY.lines) for kind in ("actor", "encounter", "gap", "fieldnote")
    }
    assert {kind: found[kind] for kind in wanted} == wanted
    texts = ask(f"select jotting from {lines} where type = 'entry' and jotting is not null and jotting != 'never mind'")
    assert sorted(row[0] for row in texts) == sorted(line["jotting"] for line in kept(NASTY) if line["jotting"])


def test_encounters_stand_in_parquet_too(tmp_path: Path) -> None:
    """With observed time."""
    (tmp_path / "e.parquet").write_bytes(write("parquet", NASTY, table="encounters"))
    assert ask(f"select observed_s, is_end_known from '{tmp_path / 'e.parquet'}'")[:1] == [(1512.0, True)]
