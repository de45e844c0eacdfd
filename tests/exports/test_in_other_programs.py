"""pm4py, Taguette, frictionless, BORIS, networkx, graphology and pympi find in their files what the study holds."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx
import pympi
import pytest

from skygge.core.letters import clean
from skygge.core.losses import Losses
from tests.exports.consumers import ORACLES, ask_node, ask_oracle, read_csv
from tests.exports.nasty_study import NASTY_TEXTS
from tests.exports.written import NASTY, kept, write, write_nasty
from tests.fixtures.paper_study import Line, PaperStudy, codebook_lines, encounter, entry, gap, name_id, study_line


def is_boris_there() -> bool:
    """Whether the oracles' environment has BORIS, which wants a Python before 3.13 and parts of a desktop."""
    asked = [str(ORACLES), "-c", "import importlib.util as u; raise SystemExit(u.find_spec('boris') is None)"]
    return ORACLES.exists() and subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def in_pm4py(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path: Path = tmp_path_factory.mktemp("xes") / "study.xes"
    path.write_bytes(write_nasty("xes")[0])
    return ask_oracle("read_xes.py", path)


def test_pm4py_finds_a_trace_for_each_stream_with_every_entry(in_pm4py: Any) -> None:
    """In order of time, atomic; the activities are actions, or structures where there is none."""
    entries = kept(NASTY)
    assert in_pm4py["n"] == len(entries)
    per_stream = Counter(line["encounter_id"] for line in entries)
    assert sorted(map(len, in_pm4py["traces"].values())) == sorted(per_stream.values())
    assert in_pm4py["traces"]["V004 · P1 · O1"][:3] == ["Talks"] * 3
    assert (in_pm4py["is_sorted"], in_pm4py["transitions"]) == (True, ["complete"])
    assert in_pm4py["first"].startswith("1980-01-01 00:01:00")


def test_pm4py_counts_what_follows_what(in_pm4py: Any) -> None:
    """Within a trace only: eighteen times Doing for after Doing for, and once something else after it."""
    follows = {(first, second): n for first, second, n in in_pm4py["follows"]}
    assert follows["Doing for", "Doing for"] == len(NASTY_TEXTS) - 1
    assert follows["Doing for", "Does by hand"] == 1
    assert sum(follows.values()) == in_pm4py["n"] - len(in_pm4py["traces"])


def test_pm4py_reads_every_word(in_pm4py: Any) -> None:
    """But for control characters."""
    texts = [clean(line["jotting"], Losses()) for line in kept(NASTY) if line["jotting"]]
    assert [word for word in in_pm4py["words"] if word] == texts


def test_entries_with_an_end_are_a_start_and_a_complete_when_asked_for(tmp_path: Path) -> None:
    """Two events each, in the order of time over the whole trace, with the days when clock times are wanted."""
    (tmp_path / "s.xes").write_bytes(write("xes", NASTY, lifecycle=True, clock_times=True))
    found = ask_oracle("read_xes.py", tmp_path / "s.xes")
    ended = [line for line in kept(NASTY) if line["ended_at"]]
    assert found["n"] == len(kept(NASTY)) + len(ended)
    assert (found["is_sorted"], found["transitions"]) == (True, ["complete", "start"])
    assert found["first"].startswith("2026-03-02 08:01:00")


def test_taguette_takes_every_code_of_the_codebook(tmp_path: Path) -> None:
    """Its own reader and its own rules; names each once, definitions with their line feeds."""
    (tmp_path / "codes.csv").write_bytes(write_nasty("codebook-csv")[0])
    tags = ask_oracle("read_codebook.py", tmp_path / "codes.csv")
    codes = [line for line in NASTY.lines if line["type"] == "code"]
    assert len(tags) == len({tag["path"] for tag in tags}) == len(codes)
    by_path = {tag["path"]: tag["description"] for tag in tags}
    directing = next(line for line in codes if line["key"] == "directing")
    assert by_path["Directing"].startswith(directing["definition"])
    assert {"Unclear", "Unclear (Actions)"} <= set(by_path)
    rows = read_csv(write_nasty("codebook-csv")[0])
    assert {(row["dimension"], row["key"]) for row in rows} == {(line["dimension"], line["key"]) for line in codes}


@pytest.mark.parametrize("clock_times", [False, True])
def test_frictionless_takes_the_data_package_of_the_bundle(tmp_path: Path, clock_times: bool) -> None:
    """Types, keys and references hold in every row, and the rows are as many as the tables have."""
    with zipfile.ZipFile(io.BytesIO(write_nasty("bundle", clock_times=clock_times)[0])) as archive:
        archive.extractall(tmp_path)
        inside = set(archive.namelist())
    found = ask_oracle("validate_package.py", tmp_path / "datapackage.json")
    assert found["errors"] == []
    tables = {path.stem: len(read_csv(path.read_bytes())) for path in (tmp_path / "tables").iterdir()}
    assert found["rows"] == tables and tables["entries"] == len(kept(NASTY))
    assert ("study.jsonl" in inside) == clock_times


def test_the_readme_of_the_bundle_tells_a_stranger_what_it_is() -> None:
    """Method, time zone, codebook, consent, anonymisation, every file; and that the four structures are a heuristic."""
    with zipfile.ZipFile(io.BytesIO(write_nasty("bundle")[0])) as archive:
        text = archive.read("README.md").decode("utf-8")
        files = {name.partition("/")[0] for name in archive.namelist()}
        metadata = json.loads(archive.read("datacite.json"))
    assert [file for file in files if f"`{file}" not in text] == []
    for word in ("Europe/Copenhagen", "version 1 (published)", "given (1)", "on record: 1.", "pseudonym", "gap"):
        assert word in text
    assert f"{len(kept(NASTY))} entries" in text and "a heuristic start, not the source study" in text
    assert metadata["titles"] == [{"title": "../Nær & fjern: “æøå”"}]


def test_the_version_of_an_event_log_is_a_number() -> None:
    """The schema of IEEE 1849-2016 wants a decimal; the standard's own name, which many programs write, is none."""
    assert ElementTree.fromstring(write_nasty("xes")[0]).attrib["xes.version"] == "1849.2016"


@pytest.fixture(scope="module")
def in_boris(tmp_path_factory: pytest.TempPathFactory) -> Any:
    if not is_boris_there():
        pytest.skip("BORIS is not installed here")
    path: Path = tmp_path_factory.mktemp("boris") / "study.boris"
    path.write_bytes(write_nasty("boris")[0])
    return ask_oracle("read_boris.py", path)


def test_boris_opens_the_project_and_finds_no_problem(in_boris: Any) -> None:
    """Every behaviour defined, every state paired, nothing that its own checks complain of."""
    assert in_boris["version"].startswith("8.27")
    assert (in_boris["problems"], in_boris["unpaired"], in_boris["message"]) == ("", False, "")
    assert not any(set(name) & set("(),|") for name in in_boris["behaviours"])


def test_boris_finds_an_observation_for_each_stream_with_every_code(in_boris: Any) -> None:
    """As many events of a code as entries have it: a state is two; words are told once."""
    events = [event for found in in_boris["observations"].values() for event in found]
    counted = Counter(event[2] for event in events)
    entries = kept(NASTY)
    doing_for = sum(line["structure"] == "doing_for" for line in entries)
    assert counted["Doing for [point]"] == doing_for and "Doing for" not in counted
    assert (counted["Does by hand"], counted["Does by hand [point]"]) == (2, 1)
    assert len(in_boris["observations"]) == 5
    words = [clean(line["jotting"], Losses()) for line in entries if line["jotting"]]
    assert sorted(event[4] for event in events if event[4]) == sorted(words)


def test_boris_pairs_what_belongs_together(in_boris: Any) -> None:
    """Of two overlapping spells the later one is a point, counted once for its action and its structure together."""
    crowd = in_boris["observations"]["V004 · P1 · O1"]
    talks = [(at, code) for at, _, code, _, _ in crowd if code.startswith("Talks")]
    assert talks == [(60, "Talks"), (300, "Talks [point]"), (360, "Talks [point]"), (600, "Talks")]
    assert write_nasty("boris")[1]["overlaps"] == 1


def test_the_boris_project_is_ascii() -> None:
    """BORIS on Windows reads it in the encoding of the machine."""
    assert write_nasty("boris")[0].isascii()
    assert json.loads(write_nasty("boris")[0])["project_name"] == "../Nær & fjern: “æøå”"


def test_networkx_reads_the_network(tmp_path: Path) -> None:
    """Everybody a node; every entry from somebody to somebody an edge, with its time, code and words."""
    (tmp_path / "s.gexf").write_bytes(write_nasty("gexf")[0])
    graph = networkx.read_gexf(tmp_path / "s.gexf")
    people = [line for line in NASTY.lines if line["type"] == "actor" and not line.get("merged_into")]
    assert sorted(data["label"] for _, data in graph.nodes(data=True)) == sorted(line["label"] for line in people)
    both = [line for line in kept(NASTY) if line["actor_id"] and line["recipient_id"]]
    assert graph.is_directed() and graph.number_of_edges() == len(both)
    edges = [data for _, _, data in graph.edges(data=True)]
    words = sorted(clean(line["jotting"], Losses()) for line in both if line["jotting"])
    assert sorted(data["words"] for data in edges if "words" in data) == words
    assert min(data["start_s"] for data in edges) == 60.0
    assert write_nasty("gexf")[1]["one_sided"] == len(kept(NASTY)) - len(both)


def test_graphology_reads_the_network(tmp_path: Path) -> None:
    """What Gephi Lite is built on: every person and every entry between two, with its time, codes and words."""
    (tmp_path / "s.gexf").write_bytes(write_nasty("gexf")[0])
    found = ask_node("read_gexf.mjs", tmp_path / "s.gexf")
    people = {line["label"]: line for line in NASTY.lines if line["type"] == "actor" and not line.get("merged_into")}
    assert sorted(node["label"] for node in found["nodes"]) == sorted(people)
    assert all(node["kind"] == people[node["label"]]["kind"] for node in found["nodes"])
    both = [line for line in kept(NASTY) if line["actor_id"] and line["recipient_id"]]
    assert (found["type"], len(found["edges"])) == ("directed", len(both))
    # Who to whom, how often; merged people stand under who remains.
    labels = {node["id"]: node["label"] for node in found["nodes"]}
    names = {line["id"]: line["label"] for line in people.values()} | {name_id("P1 again"): "P1"}
    told = Counter((labels[edge["source"]], labels[edge["target"]]) for edge in found["edges"])
    assert told == Counter((names[line["actor_id"]], names[line["recipient_id"]]) for line in both)
    words = sorted(clean(line["jotting"], Losses()) for line in both if line["jotting"])
    assert sorted(edge["words"] for edge in found["edges"] if "words" in edge) == words
    structures = Counter(edge["structure"] for edge in found["edges"] if "structure" in edge)
    assert structures == {"Doing for": len(NASTY_TEXTS), "Unclear": 1}
    assert min(edge["start_s"] for edge in found["edges"]) == 60


def documents() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(write_nasty("eaf")[0])) as archive:
        return {name[:-4]: archive.read(name) for name in archive.namelist() if name.endswith(".eaf")}


def test_pympi_reads_every_annotation_with_its_details(tmp_path: Path) -> None:
    """Along time by person, no two overlapping in a tier; what belongs to an entry hangs on its id."""
    n_along, words = 0, []
    for name, raw in documents().items():
        (tmp_path / "one.eaf").write_bytes(raw)
        found = pympi.Elan.Eaf(str(tmp_path / "one.eaf"))
        along = [tier for tier in found.get_tier_names() if ": " not in tier and tier != "gaps"]
        for tier in along:
            spells = sorted(found.get_annotation_data_for_tier(tier))
            n_along += len(spells)
            assert all(before[1] <= after[0] for before, after in zip(spells, spells[1:], strict=False)), (name, tier)
        for tier in found.get_tier_names():
            if tier.endswith(": words"):
                words += [one[2] for one in found.get_ref_annotation_data_for_tier(tier)]
    assert n_along == len(kept(NASTY))
    assert sorted(words) == sorted(clean(line["jotting"], Losses()) for line in kept(NASTY) if line["jotting"])


def test_details_in_elan_name_their_parent() -> None:
    """Every reference leads to an annotation of the parent tier; ids stand once; slots are in the order of time."""
    for raw in documents().values():
        tree = ElementTree.fromstring(raw)
        ids = [one.get("ANNOTATION_ID") for one in tree.iter() if one.get("ANNOTATION_ID")]
        assert len(set(ids)) == len(ids)
        tiers = {tier.get("TIER_ID"): tier for tier in tree.iter("TIER")}
        for tier in tiers.values():
            parents = tiers.get(tier.get("PARENT_REF") or "")
            own = (
                {one.get("ANNOTATION_ID") for one in parents.iter("ALIGNABLE_ANNOTATION")}
                if parents is not None
                else set()
            )
            assert {one.get("ANNOTATION_REF") for one in tier.iter("REF_ANNOTATION")} <= own
        times = [int(slot.get("TIME_VALUE") or -1) for slot in tree.iter("TIME_SLOT")]
        assert times == sorted(times)


def sequences(paper: PaperStudy, **options: Any) -> list[tuple[str, str, str]]:
    rows = read_csv(write("traminer", paper, **options))
    return [(row["state"], row["begin_s"], row["end_s"]) for row in rows]


def test_sequences_tell_one_state_at_a_time_and_gaps_as_unobserved() -> None:
    """Ten minutes: uncoded, a moment that lasts to the next code, a gap, a stretch with its own end, uncoded again."""
    lines: list[Line] = [
        study_line(), *codebook_lines(), encounter("a", "09:00", "09:10"), gap("a", "09:03", "09:04"),
        entry("a", "09:01", structure="directing"), entry("a", "09:05", structure="doing_for", end="09:07"),
    ]  # fmt: skip
    assert sequences(PaperStudy(lines)) == [
        ("Uncoded", "0.000", "60.000"), ("directing", "60.000", "180.000"), ("Unobserved", "180.000", "240.000"),
        ("directing", "240.000", "300.000"), ("doing_for", "300.000", "420.000"), ("Uncoded", "420.000", "600.000"),
    ]  # fmt: skip


def test_sequences_cover_every_unit_of_every_stream_once() -> None:
    """As TraMineR wants it: spells of a sequence begin where the last one ended, and none overlap."""
    rows = read_csv(write_nasty("traminer")[0])
    for stream in {row["id"] for row in rows}:
        spells = [(int(row["begin"]), int(row["end"])) for row in rows if row["id"] == stream]
        units = [unit for begin, end in spells for unit in range(begin, end + 1)]
        assert units == list(range(1, len(units) + 1))
    observed = sum(float(row["end_s"]) - float(row["begin_s"]) for row in rows if row["state"] != "Unobserved")
    tables = zipfile.ZipFile(io.BytesIO(write_nasty("csv")[0]))
    wanted = sum(float(row["observed_s"]) for row in read_csv(tables.read("encounters.csv")))
    assert observed == wanted


def test_the_unit_of_time_and_the_dimension_can_be_chosen() -> None:
    """Minutes, and actions."""
    rows = read_csv(write("traminer", NASTY, unit_s=60, dimension="action"))
    crowd = [row for row in rows if row["encounter_id"] and row["stream"] == "V004 · P1 · O1"]
    assert [(row["state"], row["begin"], row["end"]) for row in crowd[:2]] == [
        ("Uncoded", "1", "1"),
        ("talks", "2", "5"),
    ]
    assert name_id("crowd") not in {row["encounter_id"] for row in rows}
