"""The codebook as YAML, in the shape of the starters: to read, to pass on, and to begin another study with.

`skygge study create --codebook FILE` and the import of the same name read it. It holds the newest version, retired
codes too, because entries carry them; a field that says nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.left_out import note_observations
from skygge.core.model import Code
from skygge.core.reader import StudyReader

SILENT = {
    name: field.default for name, field in Code.model_fields.items() if not field.is_required() and name != "status"
}


class ByHand(yaml.SafeDumper):
    """Texts of several lines stand as such: the file is there to be mended by hand."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


ByHand.add_representer(str, _write_text)


def stream_codebook(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The document in one piece: a codebook is small."""
    note_observations(reader, losses)
    published = [one for one in reader.things("codebook") if one.get("status") == "published"]
    newest = max(published, key=lambda one: int(one["version"]), default=None)
    version = newest["version"] if newest else None
    codes = list(reader.things("code"))
    own = [code for code in codes if code.get("version") == version]
    others = [book for book in reader.things("codebook") if book is not newest and book.get("note")]
    losses.note("versions", len(codes) - len(own) + sum(book.get("version") != version for book in others))
    document = {
        "version": version or 1,
        "note": (newest or {}).get("note") or "",
        "codes": [_tell(code) for code in sorted(own, key=_place)],
    }
    yield yaml.dump(document, Dumper=ByHand, allow_unicode=True, sort_keys=False, width=100).encode("utf-8")


def _place(code: dict[str, Any]) -> tuple[int, int, str]:
    return ("structure", "action", "flag").index(code["dimension"]), code.get("order") or 0, code["key"]


def _tell(code: dict[str, Any]) -> dict[str, Any]:
    said = {name: code.get(name) for name in Code.model_fields}
    return {
        name: value
        for name, value in said.items()
        if value is not None and (name not in SILENT or value != SILENT[name])
    }


EXPORT = Export(
    name="codebook-yaml",
    media_type="application/yaml",
    suffix=".yaml",
    purpose={
        "en": "The codebook to begin another study with, or to mend by hand.",
        "da": "Kodebogen til at begynde en anden undersøgelse med eller til at rette i hånden.",
    },
    options=ExportOptions,
    stream=stream_codebook,
    group="qda",
    is_codebook=True,
    may_lose=("observations", "versions"),
)
