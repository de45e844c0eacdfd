"""CSV: every text exact, times from the start, no date where none was asked for, and what was lost by count."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from typing import Any

from skygge.core.deidentify import deidentify
from skygge.core.export import ExportOptions, Losses, all_exports
from skygge.core.model import SubjectType
from skygge.core.reader import StudyReader
from tests.exports.nasty_study import CROWDED, NASTY_TEXTS, make_nasty
from tests.fixtures.paper_study import PaperStudy, at, codebook_lines, encounter, entry, name_id, study_line

CSV = all_exports()["csv"]


def download(paper: StudyReader, **options: Any) -> dict[str, bytes]:
    whole = b"".join(CSV.stream(paper, ExportOptions.model_validate(options), Losses()))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def read(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8"), newline=""), strict=True))


def test_the_archive_holds_the_tables_of_the_contract() -> None:
    """Ten tables and what was lost."""
    assert list(download(make_nasty())) == [
        "entries.csv", "encounters.csv", "gaps.csv", "presence.csv", "actors.csv", "codes.csv", "entry_flags.csv",
        "fieldnotes.csv", "memos.csv", "memo_links.csv", "LOSSES.txt",
    ]  # fmt: skip


def test_every_text_comes_back_as_it_was_written() -> None:
    """Quotes, line breaks, formulas, emoji, right-to-left, control characters: byte for byte."""
    rows = read(download(make_nasty())["entries.csv"])
    assert [row["jotting"] for row in rows if row["jotting"]] == NASTY_TEXTS


def test_clock_times_are_local_and_utc_when_asked_for() -> None:
    """09:01 in Copenhagen is 08:01 UTC, with the zone beside it; ids are those of the study."""
    row = read(download(make_nasty(), clock_times=True)["entries.csv"])[0]
    assert row["started_at_local"] == "2026-03-02T09:01:00.000+01:00"
    assert row["started_at_utc"] == "2026-03-02T08:01:00.000Z"
    assert (row["ended_at_local"], row["time_zone"]) == ("", "Europe/Copenhagen")
    assert row["encounter_id"] == name_id("a")


def test_no_date_clock_time_or_device_id_stands_anywhere_by_default() -> None:
    """Not in a cell, not in a header, not in the archive: no year, no hour, no visit code, no id made by a device."""
    paper = make_nasty()
    files = download(paper)
    tables = b"".join(raw for name, raw in files.items() if name != "codes.csv").decode("utf-8")
    assert not re.search(r"\b2026\b|\d\d:\d\d|KXWQPT|_local|_utc", tables)
    ids = [line["id"] for line in paper.lines if "id" in line]
    assert not [own for own in ids if own in tables]


def test_seconds_count_from_the_start_and_durations_from_each_other() -> None:
    """09:21–09:25 in an encounter from 09:00: second 1260 to 1500, for 240."""
    row = next(row for row in read(download(make_nasty())["entries.csv"]) if row["flags"])
    assert (row["start_s"], row["end_s"], row["duration_s"]) == ("1260.000", "1500.000", "240.000")
    assert (row["actor_label"], row["action"], row["action_label"]) == ("P1", "does_by_hand", "Does by hand")
    assert row["flags"] == "resists;as_if_choice"


def test_encounters_stand_in_their_table_also_without_entries() -> None:
    """Five of six (one was taken back); observed time is what the analyses use: gaps off, unknown ends short."""
    rows = read(download(make_nasty())["encounters.csv"])
    told = [
        (
            row["visit_number"],
            row["observer"],
            row["duration_s"],
            row["observed_s"],
            row["is_end_known"],
            row["n_entries"],
        )
        for row in rows
    ]
    a = ("1", "observer-1", "1872.000", "1512.000", "true", str(len(NASTY_TEXTS) + 2))
    b = ("1", "observer-2", "1800.000", "1200.000", "true", "1")
    assert sorted(told[:2]) == sorted([a, b])
    assert told[2:] == [
        ("2", "observer-1", "1200.000", "1200.000", "true", "0"),
        ("3", "observer-1", "600.000", "600.000", "false", "1"),
        ("4", "observer-1", "1800.000", "1800.000", "true", "7"),
    ]


def test_the_table_of_encounters_says_whose_clock_was_set_back() -> None:
    """Its durations are as wrong as the clock; the de-identified table says so too, and of the others nothing."""
    study = make_nasty()
    first = next(iter(study.things("encounter")))
    study.fell = {first["id"]: 720_500}
    masked, _ = deidentify(study, ExportOptions(), Losses())
    for reader in (study, masked):
        told = [row["clock_set_back_s"] for row in read(download(reader)["encounters.csv"])]
        assert sorted(told) == ["", "", "", "", "720.500"]


def test_the_small_tables_point_at_the_big_ones() -> None:
    """Ids in gaps, presence, flags, notes and links are found where they lead."""
    files = {name: read(raw) for name, raw in download(make_nasty()).items() if name.endswith(".csv")}
    encounters = {row["encounter_id"] for row in files["encounters.csv"]}
    entries = {row["entry_id"] for row in files["entries.csv"]}
    actors = {row["actor_id"] for row in files["actors.csv"]}
    assert {
        row["encounter_id"] for name in ("entries", "gaps", "presence") for row in files[f"{name}.csv"]
    } <= encounters
    assert {row["entry_id"] for row in files["entry_flags.csv"]} <= entries
    assert {row["actor_id"] for row in files["presence.csv"]} | {files["entries.csv"][0]["recipient_id"]} <= actors
    assert [row["about_id"] in encounters or row["about_id"] == "directing" for row in files["memo_links.csv"]] == [
        True
    ] * 2
    assert len(files["gaps.csv"]) == 3
    assert files["fieldnotes.csv"][0]["text"] == NASTY_TEXTS[-1]
    assert {row["label_da"] for row in files["codes.csv"]} >= {"Styre", "Uklart"}


def test_reflections_and_things_taken_back_are_not_in_it() -> None:
    """Neither the words nor the rows; but their number is in LOSSES.txt, in both languages."""
    files = download(make_nasty())
    assert b"I am tired" not in b"".join(files.values())
    losses = files["LOSSES.txt"].decode("utf-8")
    assert "1 × reflections, which belong to their author alone" in losses
    assert "3 × things taken back" in losses
    assert "1 × entries and people merged into another" in losses
    assert "1 × values standing beside" in losses
    assert "1 × samtykker" in losses


def test_the_same_study_gives_the_same_bytes() -> None:
    """No clock, no chance in the archive."""
    paper = make_nasty()
    first, second = (b"".join(CSV.stream(paper, ExportOptions(), Losses())) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_filters_keep_what_they_say() -> None:
    """Observer-2 only: one entry, one encounter; the others, their gaps and paragraphs are counted as filtered."""
    paper, losses = make_nasty(), Losses()
    options = ExportOptions(observer=["observer-2"])
    whole = b"".join(CSV.stream(paper, options, losses))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert len(read(archive.read("entries.csv"))) == 1
        assert len(read(archive.read("encounters.csv"))) == 1
    n_encounters, n_gaps, n_paragraphs = 4, 2, 12
    assert losses.counts["filtered"] == len(NASTY_TEXTS) + 3 + len(CROWDED) + n_encounters + n_gaps + n_paragraphs


def test_the_quick_table_is_the_entries_table() -> None:
    """entries-csv gives the very bytes of entries.csv."""
    paper = make_nasty()
    quick = b"".join(all_exports()["entries-csv"].stream(paper, ExportOptions(), Losses()))
    assert quick == download(paper)["entries.csv"]


class LongStudy(PaperStudy):
    """Entries that are made while they are read, so that only the export could hold them."""

    n = 3_000

    def things(self, kind: SubjectType) -> Iterator[dict[str, Any]]:
        if kind != "entry":
            yield from super().things(kind)
            return
        pattern = entry("a", "09:01", who="P1", jotting="x" * 2_000)
        for number in range(self.n):
            yield {**pattern, "id": name_id("entry") + str(number), "sequence": number}


def test_memory_stays_flat_while_streaming() -> None:
    """3,000 entries of 2,000 letters (6 MB of table) pass through less than 3 MB, half of it one block."""
    paper = LongStudy([study_line(), *codebook_lines(), encounter("a", "09:00", "09:30")])
    tracemalloc.start()
    size = sum(len(piece) for piece in CSV.stream(paper, ExportOptions(), Losses()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 10_000
    assert peak < 3_000_000


def test_an_empty_study_is_headers_only() -> None:
    """Every table is there, with its header and no row."""
    files = download(PaperStudy([study_line()]))
    assert all(read(raw) == [] for name, raw in files.items() if name.endswith(".csv"))


def test_a_time_before_daylight_saving_keeps_its_own_offset() -> None:
    """The hour that exists twice in October: two entries an hour apart with the same wall clock."""
    lines = [
        study_line(),
        encounter("a", "02:00", None, started_at=at("02:00", "2026-10-25", "+02:00")),
        entry("a", "02:30", started_at=at("02:30", "2026-10-25", "+02:00")),
        entry("a", "02:30", started_at=at("02:30", "2026-10-25", "+01:00")),
    ]
    rows = read(download(PaperStudy(lines), clock_times=True)["entries.csv"])
    assert [row["start_s"] for row in rows] == ["1800.000", "5400.000"]
    assert [row["started_at_local"][-6:] for row in rows] == ["+02:00", "+01:00"]
