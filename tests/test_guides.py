"""The guides are held to the screens, and the commands that they have people type to what takes them."""

import json
import re
from pathlib import Path

import pytest
import yaml

from devtools.__main__ import parser
from skygge.core.analysis import all_analyses
from tests.test_docs import wrong_words

ROOT = Path(__file__).resolve().parent.parent
SCREENS = ROOT / "frontend" / "src"
GUIDES = [ROOT / "README.md", ROOT / "docs" / "start.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]
EMPHASISED = re.compile(r"(?<!\*)\*([^*\n]+(?:\n[^*\n]+)?)\*(?!\*)")
# What a browser, a phone or Danish says, an example, and what is no screen's.
ELSEWHERE = {
    "Share", "Add to Home Screen", "USB debugging", "at skygge", "Home care North", "home 3", "7 of 31 (3 visits)", "⇄",
    "stop for this person", "Stop for …", "Go on for …",
}  # fmt: skip
# Screens that no guide calls by their title, and where each is told of.
TOLD_BY = {
    "capture": "**START** is one touch",
    "entry": "each entry with its history",
    "ended": "Ending asks three things",
    "day": "lists days and encounters",
    "format": "Before a file is made you see its first rows",
    "room": "the page behind it tells each phone what to do",
    "setup": "choose a name and a password",
    "pair": "the code that stands under *Settings* → *Add a phone*",
    "sign-in": "sign in **inside the icon**",
    "studies": "in the list of studies",
    "install": "*Share → Add to Home Screen*",
    "lost": "",
}
LINES = sorted(
    {
        (str(page.relative_to(ROOT)), line.partition("#")[0].strip())
        for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    }
)
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]


def messages() -> set[str]:
    """Every text of the screens in English."""
    found = set()
    for said in json.loads((ROOT / "frontend" / "messages" / "en.json").read_text("utf-8")).values():
        found |= {said} if isinstance(said, str) else set(re.findall(r'": "([^"]+)"', json.dumps(said)))
    return found


def told() -> str:
    """All guides, on one line."""
    return " ".join(" ".join(page.read_text("utf-8") for page in GUIDES).split())


def emphasised(text: str) -> list[str]:
    """What stands in italics, without what is typed; of a way through the screens each step."""
    prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    return [part for name in EMPHASISED.findall(prose) for part in " ".join(name.split()).split(" → ")]


def titles() -> dict[str, set[str]]:
    """Each place of the app with what its screen is called."""
    texts = json.loads((ROOT / "frontend" / "messages" / "en.json").read_text("utf-8"))
    names = re.search(r"RouteName =(.*?);", (SCREENS / "shell" / "routes.ts").read_text("utf-8"), re.DOTALL)
    assert names is not None
    sources = "".join((SCREENS / name).read_text("utf-8") for name in ("screens.ts", "deskScreens.ts"))
    files = dict(re.findall(r"'?([\w-]+)'?: \(\) => \{?[^']*?import\('\./([^']+\.svelte)'\)", sources))
    found = {}
    for name in re.findall(r"'([\w-]+)'", names[1]):
        shown = (SCREENS / files[name]).read_text("utf-8") if name in files else ""
        keys = re.findall(r"(?:<title>\{|<Bar title=\{)[^}]*?m\.(\w+)\(", shown)
        found[name] = {texts[key] for key in keys if isinstance(texts[key], str)}
    return found


def untold(places: dict[str, set[str]], text: str) -> list[str]:
    """The places that a text neither calls by their title nor tells of otherwise."""
    called = set(emphasised(text))
    return [name for name, said in places.items() if not (said & called or TOLD_BY.get(name, "?") in text)]


def test_every_screen_has_its_paragraph() -> None:
    """Whoever stands before it finds in a guide what it is for."""
    places = titles()
    assert len(places) > 45 and sum(bool(said) for said in places.values()) > 30
    assert untold(places, told()) == []


def test_a_screen_without_its_paragraph_is_seen() -> None:
    assert untold({"memos": {"Memos"}, "lost": set(), "new": set()}, "*Tonight* and memos") == ["memos", "new"]


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_the_guides_name_what_the_screens_say(page: Path) -> None:
    """Whoever follows them looks for the very words."""
    said = {one.lower() for one in messages() | {analysis.question["en"] for analysis in all_analyses().values()}}
    named = emphasised(page.read_text("utf-8"))
    assert len(named) >= 3
    assert [name for name in named if name.lower() not in said and name not in ELSEWHERE] == []


def wrong_line(line: str) -> list[str]:
    """What is wrong with a line that a guide has people type."""
    words = line.split()
    if words[:2] == ["docker", "compose"]:
        inside = re.match(r"docker compose (?:exec(?: -T)?|logs) ([\w-]+)(?: (skygge .*))?", line)
        wrong = [inside[1]] if inside and inside[1] not in SERVICES else []
        return wrong + (wrong_words(inside[2]) if inside and inside[2] else [])
    if words[:1] == ["./dev"]:
        known = next(action.choices for action in parser()._actions if action.dest == "command")
        return [word for word in words[1:2] if word not in (known or ())]
    if words[:1] == ["cp"]:
        return [word for word in words[1:2] if not (ROOT / word).exists()]
    return wrong_words(line) if words[:1] == ["skygge"] else []


@pytest.mark.parametrize(("page", "line"), [one for one in LINES if one[1]], ids=lambda part: part)
def test_every_line_to_be_typed_is_one_that_is_taken(page: str, line: str) -> None:
    assert wrong_line(line) == []


def test_a_line_that_is_not_taken_is_seen() -> None:
    assert wrong_line("docker compose exec -T skyge skygge backup FILE") == ["skyge"]
    assert wrong_line("docker compose exec skygge skygge back-up FILE") == ["back-up"]
    assert wrong_line("cp .env.sample .env") == [".env.sample"]
    assert wrong_line("./dev fly") == ["fly"]
    assert wrong_line("docker compose logs caddy") == []
