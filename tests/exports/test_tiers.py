"""The de-identified tier drops words, exact times and names; and who may have which tier."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from typing import Any
from uuid import UUID

import pytest

from skygge.core.analysis import all_analyses
from skygge.core.deidentify import deidentify
from skygge.core.export import TIER_LOSSES, Export, ExportOptions, Losses, all_exports
from skygge.studies.access import Role
from tests.exports.nasty_study import NASTY_TEXTS, make_nasty
from tests.fixtures.paper_study import PaperStudy, actor, at, encounter, entry, gap, name_id, study_line
from tests.fixtures.world import Person, World
from tests.sync.phone import Phone, stamp


def write(export: Export[Any], paper: PaperStudy, **asked: Any) -> tuple[bytes, Losses]:
    losses = Losses()
    options = export.options.model_validate(asked)
    reader, settled = deidentify(paper, options, losses)
    return b"".join(export.stream(reader, settled, losses)), losses


def table(raw: bytes, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode("utf-8"), newline="")))


def unpack(raw: bytes) -> bytes:
    """The file, and what is packed inside it, so that a word in it can be looked for."""
    if not zipfile.is_zipfile(io.BytesIO(raw)):
        return raw
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return b"\n".join([name.encode() + b"\n" + unpack(archive.read(name)) for name in archive.namelist()])


@pytest.mark.parametrize("name", sorted(all_exports()))
def test_no_format_gives_away_what_identifies(name: str) -> None:
    """No jotting, note, memo, setting, label, observer, visit code, id or date of the study is anywhere in the file."""
    paper = make_nasty()
    raw = unpack(write(all_exports()[name], paper)[0])
    words = [text for text in NASTY_TEXTS if len(text) > 6 and text.isprintable()]
    words += ["Nær", "P1 again", "second floor", "bathroom", "KXWQPT", "North", "I am tired", "2026-03"]
    words += [line["id"] for line in paper.lines if "id" in line]
    assert [word for word in words if word.encode() in raw] == []


def test_times_are_whole_minutes_from_the_start_of_the_visit() -> None:
    """Rounded down; two observers of one visit keep the minutes between them; corrected by the clock that was wrong."""
    both = {"visit_id": name_id("visit")}
    paper = PaperStudy(
        [
            study_line(),
            actor("P1"),
            encounter("a", "09:00:30", "09:20:29", **both),
            encounter("b", "09:03:00", "09:20", observer="Berta", **both),
            gap("a", "09:10:45", "09:12:00"),
            entry("a", "09:01:29", who="P1"),
            entry("a", "09:01:31", who="P1", end="09:04:31"),
            entry("b", "10:05:00", who="P1"),
        ],
        offsets={},
    )
    late = next(line for line in paper.lines if line["type"] == "entry" and line["started_at"] == at("10:05:00"))
    paper.offsets = {late["id"]: -3_600_000}
    raw, losses = write(all_exports()["csv"], paper)
    times = [(row["start_s"], row["end_s"]) for row in table(raw, "entries")]
    # The second observer began three minutes (two whole ones) after the first; her own times count from there.
    assert times == [("0.000", ""), ("60.000", "240.000"), ("120.000", "")]
    assert [(row["from_s"], row["to_s"]) for row in table(raw, "gaps")] == [("600.000", "660.000")]
    assert [row["duration_s"] for row in table(raw, "encounters")] == ["1140.000", "1020.000"]
    assert losses.counts["tier_times"] == 4 + 2 + 4


def test_people_and_observers_are_numbers_that_stay() -> None:
    """The same pseudonym for the same person in every row; kinds stay; merged people stay merged."""
    raw, _ = write(all_exports()["csv"], make_nasty())
    rows = table(raw, "entries")
    labels = {row["actor_label"]: row["actor_kind"] for row in rows if row["actor_label"]}
    assert all(re.fullmatch(rf"{kind}-\d", label) for label, kind in labels.items())
    assert sorted(labels.values()) == ["citizen", "professional", "relative"]
    assert {row["observer"] for row in rows} == {"observer-1", "observer-2"}
    assert {row["recipient_kind"] for row in rows} - {""} == {"citizen", "professional"}
    assert re.fullmatch(r"agency-\d", rows[0]["agency"])


def test_what_the_tier_drops_is_counted_and_one_less_where_there_is_one_less() -> None:
    """A jotting taken out of the study lowers the count of texts by one."""
    paper = make_nasty()
    before = write(all_exports()["entries-csv"], paper)[1].counts
    place = next(place for place, line in enumerate(paper.lines) if line.get("jotting") == "=SUM(A1:A9)")
    paper.lines[place] = {**paper.lines[place], "jotting": None}
    after = write(all_exports()["entries-csv"], paper)[1].counts
    assert before["tier_texts"] - after["tier_texts"] == 1
    assert set(TIER_LOSSES) <= set(before)


def test_filters_are_judged_by_what_was_left_out() -> None:
    """By the observer's real name, the agency and the date, though none of them is in the file."""
    paper = make_nasty()
    csv_export = all_exports()["csv"]
    raw, losses = write(csv_export, paper, observer=["observer-2"])
    assert len(table(raw, "encounters")) == 1 and len(table(raw, "entries")) == 1
    assert losses.counts["filtered"] > 10
    raw, _ = write(csv_export, paper, **{"from": "2026-03-02T09:20:00+01:00", "to": "2026-03-02T09:24:00+01:00"})
    assert len(table(raw, "entries")) == 2
    raw, _ = write(csv_export, paper, observer=["nobody"])
    assert table(raw, "entries") == [] and table(raw, "encounters") == []


def test_clock_times_and_history_do_not_go_with_it() -> None:
    """Refused where they are asked for together; the file of an analyst holds no history either."""
    for asked in ({"clock_times": True}, {"history": True}):
        with pytest.raises(ValueError, match="clock times|history"):
            all_exports()["jsonl"].options.model_validate({**asked, "tier": "deidentified"})
    paper = make_nasty()
    paper.log = [{"change_id": "x", "kind": "entry.logged", "subject_id": "y", "payload": {"jotting": "hemmelig"}}]
    assert b"hemmelig" not in write(all_exports()["jsonl"], paper, history=True)[0]


def read_readme(raw: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return archive.read("README.md").decode("utf-8")


def test_the_readme_of_a_deidentified_archive_says_what_it_is_and_nothing_that_is_not_so() -> None:
    """Neither that there were no consents, nor another zone than the study's; and that the structures are a start."""
    text = read_readme(write(all_exports()["bundle"], make_nasty())[0])
    for told in ("is de-identified", "whole minutes", "time zone is not told", "consents are on record is not told"):
        assert told in text, told
    # The note that says so of the starter is free text and left out; what it says must not be lost with it.
    assert "a heuristic start, not the source study's four structures" in text
    for wrong in ("0 consents", "on record: 0", "UTC", "by pseudonym only", "part of the study"):
        assert wrong not in text, wrong


@pytest.mark.parametrize("tier", ["full", "deidentified"])
def test_the_readme_of_a_filtered_archive_says_that_it_is_a_part(tier: str) -> None:
    """A stranger would take it for the whole study; the numbers are those of the part."""
    export = all_exports()["bundle"]
    if tier == "full":
        options = export.options.model_validate({"observer": ["observer-2"]})
        text = read_readme(b"".join(export.stream(make_nasty(), options, Losses())))
    else:
        text = read_readme(write(export, make_nasty(), observer=["observer-2"])[0])
    assert "This is a part of the study" in text and "1 encounters and 1 entries" in text


def _found(world: World) -> tuple[Person, UUID]:
    lead = world.make_person("Lene Lead")
    return lead, world.make_study(lead)


def _join(world: World, study_id: UUID, role: Role) -> Person:
    person = world.make_person("Anne Analyst")
    world.join(study_id, person, role)
    return person


def test_analysts_get_the_deidentified_tier_unless_the_lead_allows(sqlite_world: World) -> None:
    """Without asking they get it; asking for more is refused, also through clock times; until the lead lets them."""
    lead, study_id = _found(sqlite_world)
    phone = Phone(lead.client, study_id)
    visit = phone.visit(setting="home 3")
    phone.push(visit, phone.entry(visit, jotting="vent lidt"))
    anne = _join(sqlite_world, study_id, Role.ANALYST).client
    url = f"/api/v1/studies/{study_id}"
    assert anne.get(f"{url}/exports").json()["items"][0]["tiers"] == ["deidentified"]
    assert "vent lidt" not in anne.get(f"{url}/exports/jsonl").text
    for more in ({"tier": "full"}, {"clock_times": "1"}):
        for verb in ("", "/preview", "/losses"):
            refused = anne.get(f"{url}/exports/entries-csv{verb}", params=more)
            assert (refused.status_code, refused.json()["code"]) == (403, "export.tier_refused")
    member = next(one for one in lead.client.get(f"{url}/members").json()["items"] if one["role"] == "analyst")
    assert anne.patch(f"{url}/members/{member['member_id']}", json={"exports_full": True}).status_code == 403
    lead.client.patch(f"{url}/members/{member['member_id']}", json={"exports_full": True})
    assert "vent lidt" in anne.get(f"{url}/exports/jsonl").text


def test_a_report_is_a_download_like_any_other(world: World) -> None:
    """De-identified for an analyst, whatever the analysis; on record; no hours unless they are asked for."""
    lead, study_id = _found(world)
    phone = Phone(lead.client, study_id)
    who = phone.change("actor.added", {"label": "KAREN-7", "kind": "citizen"})
    visit = phone.visit(agency="NORDHJEM", setting="home 3")
    entries = [
        phone.entry(visit, jotting="vent lidt", actor_id=who["subject_id"], structure=code)
        for code in ("directing", "doing_with", "directing")
    ]
    phone.push(who, visit, *entries)
    anne = _join(world, study_id, Role.ANALYST).client
    url, everything = f"/api/v1/studies/{study_id}/report", {"analysis": list(all_analyses())}
    (full, bare) = (client.get(url, params=everything).text for client in (lead.client, anne))
    observer = phone.read("encounters")[0]["observer"]
    for told in ("KAREN-7", "NORDHJEM"):
        assert told in full and told not in bare, told
    # A device's id begins with its millisecond: in a file without hours it would be one.
    hours = re.compile("2026|2000-01|[0-9a-f]{8}-[0-9a-f]{4}-7")
    assert not hours.search(full) and not hours.search(bare)
    timed = lead.client.get(url, params={**everything, "clock_times": "1"}).text
    assert "2026-03-02 09:0" in timed and hours.search(timed)
    assert "2026" not in lead.client.get(url, params={"from": "2026-03-02"}).text
    assert "Directing" in bare and "Encounter 1" in bare
    for more in ({"tier": "full"}, {"clock_times": "1"}):
        refused = anne.get(url, params=more)
        assert (refused.status_code, refused.json()["code"]) == (403, "export.tier_refused")
    rows = [row for row in lead.client.get(f"{phone.url}/audit").json()["items"] if row["kind"] == "export.made"]
    tiers = [(row["details"]["tier"], row["details"]["clock_times"]) for row in rows]
    assert tiers == [("full", False), ("full", True), ("deidentified", False), ("full", False)]
    assert rows[0]["who"] == rows[1]["who"] == observer != rows[2]["who"]
    assert {row["details"]["format"] for row in rows} == {"report-html"}
    assert rows[0]["details"]["counts"] == {"entries": 3, "encounters": 1}


def test_a_preview_says_how_much_is_in_it_and_shows_the_first_rows(sqlite_world: World) -> None:
    """Counts, rows, the first lines of a text file; as the file itself would have them."""
    lead, study_id = _found(sqlite_world)
    phone = Phone(lead.client, study_id)
    visit = phone.visit(agency="North")
    phone.push(visit, *(phone.entry(visit, jotting=f"word {n}") for n in range(20)))
    told = lead.client.get(f"{phone.url}/exports/entries-csv/preview").json()
    assert (told["n_entries"], told["n_encounters"], len(told["rows"])) == (20, 1, 8)
    jottings = [row[told["columns"].index("jotting")] for row in told["rows"]]
    assert jottings[:2] == ["word 0", "word 1"]
    assert told["head"].startswith("entry_id,")
    assert [warning["code"] for warning in told["warnings"]] == ["groups.small"]
    timed = lead.client.get(f"{phone.url}/exports/csv/preview", params={"clock_times": "1"}).json()
    assert {warning["code"] for warning in timed["warnings"]} == {"groups.small", "clock_times"}
    assert timed["head"] is None and "started_at_local" in timed["columns"]
    bare = lead.client.get(f"{phone.url}/exports/csv/preview", params={"tier": "deidentified"}).json()
    assert {row[bare["columns"].index("jotting")] for row in bare["rows"]} == {None}


def test_losses_are_those_of_the_very_file(sqlite_world: World) -> None:
    """Its length to the byte, and one loss less where there is one less to lose."""
    lead, study_id = _found(sqlite_world)
    phone = Phone(lead.client, study_id)
    visit = phone.visit()
    gone = phone.entry(visit)
    phone.push(visit, phone.entry(visit), gone)
    url = f"{phone.url}/exports/csv"
    before = lead.client.get(f"{url}/losses").json()
    assert before["n_bytes"] == len(lead.client.get(url).content)
    phone.push(phone.amend(gone, {}, kind="entry.retracted"))
    after = lead.client.get(f"{url}/losses").json()
    lost = [{loss["code"]: loss["n"] for loss in told["losses"]} for told in (before, after)]
    assert lost[1]["retracted"] - lost[0].get("retracted", 0) == 1
    assert lost[0]["dates"] - lost[1]["dates"] == 1


def test_only_what_is_new_since_an_earlier_export(world: World, lead: Person, study_id: UUID) -> None:
    """Encounters that arrived afterwards, under the numbers they would have anyhow; nothing new gives an empty file."""
    phone = Phone(lead.client, study_id)
    old = phone.visit()
    phone.push(old, phone.entry(old))
    url = f"{phone.url}/exports"
    lead.client.get(f"{url}/csv")
    (earlier,) = next(one for one in lead.client.get(url).json()["items"] if one["name"] == "csv")["earlier"]
    params: dict[str, Any] = {"new_since": earlier["number"]}
    assert lead.client.get(f"{url}/csv/preview", params=params).json()["n_encounters"] == 0
    new = phone.visit(started_at=stamp(60))
    phone.push(phone.amend(old, {"setting": "home 4"}), new, phone.entry(new, started_at=stamp(61)))
    rows = table(lead.client.get(f"{url}/csv", params=params).content, "encounters")
    assert [row["visit_number"] for row in rows] == ["2"]
    lines = lead.client.get(f"{url}/jsonl", params={**params, "tier": "deidentified"}).text.splitlines()
    assert [json.loads(line)["type"] for line in lines if '"encounter_id"' in line] == ["entry"]
    wrong = lead.client.get(f"{url}/csv", params={"new_since": 99})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "export.earlier_unknown")


def test_every_option_is_an_option_of_every_format() -> None:
    """A format that forgot to build on the common options would have no tier."""
    assert all(issubclass(export.options, ExportOptions) for export in all_exports().values())
