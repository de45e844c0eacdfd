"""An archive that opens without Skygge: README, tables with their description, codebook, notes, QDA project.

The file without loss (`study.jsonl`) is in it where clock times are asked for, as it always holds them. LOSSES.txt
says of every file what it leaves out. The tables are a Frictionless data package; `datacite.json` is a beginning for
the catalogue of an archive such as UK Data Service, DANS, QDR or Zenodo.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from skygge.core.archive import describe_table, write_metadata, write_package, write_readme
from skygge.core.export import Export, ExportOptions, Losses, all_exports
from skygge.core.left_out import note_beside_tables, note_settings
from skygge.core.lookup import open_lookup
from skygge.core.reader import StudyReader
from skygge.core.tables import TABLES
from skygge.core.tabular import write_csv, write_zip

FILES = {
    "README.md": "this page",
    "study.jsonl": "everything, one JSON object a line; times with their offset (only where clock times are told)",
    "tables/": "the same as tables, CSV with commas (RFC 4180), described by `datapackage.json`",
    "datapackage.json": "names, types and keys of every column (Frictionless Tabular Data Package)",
    "codebook.qdc": "the codebook as QDA programs exchange it (REFI-QDA, XML)",
    "study.qdpx": "texts, codes and codings for QDA programs (REFI-QDA project, a zip archive of XML and text)",
    "notes.md": "field notes with their jottings, to read",
    "datacite.json": "a beginning for a catalogue; `:unav` and `:tba` stand where a person has to say",
    "LOSSES.txt": "what each of these files leaves out, by number",
}
OTHERS = {"study.jsonl": "jsonl", "codebook.qdc": "qdc", "study.qdpx": "qdpx", "notes.md": "md"}
Member = tuple[str, Iterable[bytes]]


@dataclass
class _Bundle:
    """The archive while it is written, with what each of its files left out."""

    reader: StudyReader
    options: ExportOptions
    losses: Losses
    left_out: dict[str, Losses] = field(default_factory=dict)

    def take(self, file: str) -> Member:
        export, own = all_exports()[OTHERS[file]], self.left_out.setdefault(file, Losses())
        asked = self.options.model_dump(by_alias=True, exclude_defaults=True)
        return file, export.stream(self.reader, export.options.model_validate(asked), own)


def stream_bundle(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The archive, file by file."""
    return write_zip(_members(_Bundle(reader, options, losses)))


def _members(bundle: _Bundle) -> Iterator[Member]:
    with_jsonl, tables = bundle.options.clock_times, bundle.left_out.setdefault("tables/", Losses())
    lookup = open_lookup(bundle.reader, bundle.options, tables)
    resources = []
    for make_table in TABLES:
        table = make_table(lookup)
        yield f"tables/{table.name}.csv", write_csv(table)
        resources.append(describe_table(table))
    note_beside_tables(lookup)
    note_settings(lookup, "title", "languages", "time_zone", "field_mode")
    yield "datapackage.json", [write_package(lookup, resources)]
    yield "datacite.json", [write_metadata(lookup)]
    yield "README.md", [write_readme(lookup, FILES if with_jsonl else _without_jsonl())]
    for file in OTHERS:
        if file != "study.jsonl" or with_jsonl:
            yield bundle.take(file)
    # What the tables lack, the whole bundle lacks, unless the file without loss is in it.
    bundle.losses.counts.update(bundle.left_out["study.jsonl" if with_jsonl else "tables/"].counts)
    bundle.losses.note("jsonl", not with_jsonl)
    yield "LOSSES.txt", [_write_losses(bundle)]


def _without_jsonl() -> dict[str, str]:
    return {name: about for name, about in FILES.items() if name != "study.jsonl"}


def _write_losses(bundle: _Bundle) -> bytes:
    parts = [bundle.losses.write_page().decode("utf-8")]
    for language, title in (("en", "File by file"), ("da", "Fil for fil")):
        parts.append(f"{title}:\n")
        parts += ["\n".join([file, *losses.lines(language), ""]) for file, losses in bundle.left_out.items()]
    return "\n".join(parts).encode("utf-8")


EXPORT = Export(
    name="bundle",
    media_type="application/zip",
    suffix=".zip",
    purpose={
        "en": "Everything in one archive that opens without Skygge, with a README: to keep or to deposit.",
        "da": "Alt i ét arkiv, der kan åbnes uden Skygge, med en README: til at gemme eller aflevere.",
    },
    options=ExportOptions,
    stream=stream_bundle,
    group="archive",
    may_lose=(
        *("checks conflicts consents dates encounter_unknown filtered jsonl merged reflections").split(),
        *("retracted study visit_codes").split(),
    ),
)
