"""The pages of the documentation that list what programs meet: addresses of the API, problems by code, settings."""

from collections.abc import Iterator
from typing import Any

from skygge.core.filters import Filters
from skygge.errors import Problem
from skygge.settings import Settings

NOTE = "<!-- Written by ./dev generate from the code; edit the docstrings there. -->"
TITLES = {
    "health": "Is it there",
    "setup": "The first start",
    "accounts": "Accounts, sign-in, phones",
    "studies": "Studies and members",
    "sync": "Sync",
    "fieldlog": "What was observed",
    "analyses": "Analyses",
    "exports": "Exports",
    "imports": "Imports",
    "privacy": "The people observed",
    "audit": "The audit log",
    "tokens": "Tokens for scripts",
    "upkeep": "Upkeep",
}
API = """# The API

All of it is JSON over HTTP, described for programs at `/api/v1/openapi.json`. A browser is known by its session's
cookie, a script by `Authorization: Bearer` and a [token](pulling.md), which reads one study and nothing else. What may
be left out has a question mark. What is refused is answered as RFC 9457 says, with a code that
[stays the same](errors.md); a body or a value that cannot be read is refused everywhere (`body.…`, `request.invalid`),
so that only the rest stands beside each address. Every answer to a request has an `X-Request-Id`, the one that was sent
where it was 16 to 64 hexadecimal digits and hyphens; by it the server's log tells of the request."""
ERRORS = """# Problems, by their code

What a program may rely on is `code` and `status`; titles may be worded better one day. An answer never repeats what was
sent. Where single fields are wrong, `errors` names their places."""

SETTINGS = """# Settings

From the environment, or from a file `skygge.toml` in the folder where the command runs (without the prefix, in small
letters: `port = 8321`). The environment wins. A wrong setting stops the start with one sentence, which never repeats
what it was."""


def api_page(document: dict[str, Any]) -> str:
    """docs/api.md: each operation with what it does, takes and refuses. Raises KeyError for a tag without a title."""
    by_tag: dict[str, list[str]] = {tag: [] for tag in TITLES}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            by_tag[operation["tags"][0]].append(
                "\n\n".join(_operation(document, f"{method.upper()} {path}", operation))
            )
    parts = [f"## {TITLES[tag]}\n\n" + "\n\n".join(found) for tag, found in by_tag.items() if found]
    return "\n\n".join([NOTE, API, *parts]) + "\n"


def errors_page() -> str:
    """docs/errors.md: the whole catalogue of problems."""
    rows = [
        f"| `{one.code}` | {one.status} | {one.title} |" for one in sorted(_kinds(Problem), key=lambda one: one.code)
    ]
    return "\n\n".join([NOTE, ERRORS, "\n".join(["| Code | Status | What it says |", "|---|---|---|", *rows])]) + "\n"


def settings_page() -> str:
    """docs/settings.md: each setting with its default, its bounds and what it is for. Raises KeyError without words."""
    rows = []
    for name, shape in Settings.model_json_schema()["properties"].items():
        facts = [f"`{shape['default']}`" if shape["default"] != "" else "none"]
        facts += [f"{shape['minimum']} to {shape['maximum']}"] if "minimum" in shape else []
        rows.append(
            f"- `{Settings.model_config['env_prefix']}{name.upper()}` ({', '.join(facts)}): {shape['description']}"
        )
    return "\n\n".join([NOTE, SETTINGS, "\n".join(rows)]) + "\n"


def _operation(document: dict[str, Any], address: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"### `{address}`"
    if operation.get("description"):
        yield " ".join(operation["description"].split())
    asked = [one for one in operation.get("parameters", []) if one["in"] == "query"]
    names = {one["name"] for one in asked}
    filters = {field.alias or name for name, field in Filters.model_fields.items()}
    common = filters if filters <= names else set()
    said = [_name(one["name"], one["required"]) for one in asked if one["name"] not in common]
    said += ["the [filters](analyses.md)"] if common else []
    lines = ["- In the address: " + ", ".join(said)] if said else []
    if body := _fields(document, operation.get("requestBody", {})):
        lines.append("- In the body: " + ", ".join(body))
    good = [status for status in operation["responses"] if status < "400"]
    refused = [code for status in operation["responses"] for code in _codes(operation["responses"][status])]
    refused = [code for code in refused if code != "request.invalid" and not code.startswith("body.")]
    told = f"- Answers {' or '.join(good)}"
    yield "\n".join([*lines, told + (f"; refuses {', '.join(f'`{code}`' for code in refused)}" if refused else "")])


def _fields(document: dict[str, Any], body: dict[str, Any]) -> list[str]:
    """The fields of a JSON body that is one object; of anything else its kind."""
    for media, content in body.get("content", {}).items():
        shape = content.get("schema", {})
        if media != "application/json" or "$ref" not in shape:
            return [f"`{media}`"]
        found = document["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
        return [_name(name, name in found.get("required", [])) for name in found.get("properties", {})]
    return []


def _name(name: str, is_required: bool) -> str:
    return f"`{name}`" if is_required else f"`{name}`?"


def _codes(response: dict[str, Any]) -> list[str]:
    """Told after the status, as `document_problems` writes them."""
    is_problem = "application/problem+json" in response.get("content", {})
    return response["description"].partition(": ")[2].split(", ") if is_problem else []


def _kinds(kind: type[Problem]) -> Iterator[type[Problem]]:
    for found in kind.__subclasses__():
        yield found
        yield from _kinds(found)
