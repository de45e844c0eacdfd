"""Rules for the frontend. Each takes a path relative to the repository and the file's text."""

import json
import posixpath
import re

COMPONENT_LINES = 300
FUNCTION_LINES = 50
SRC = "frontend/src/"
SCREENS = frozenset(
    "capture encounter writeup today memos search review codebook people privacy analysis team enter synced export "
    "settings lock".split()
)
SHARED = frozenset(
    {"store", "ui", "charts", "api", "i18n", "shell/app", "shell/context", "shell/routes", "sync/problem"}
)
# What a room may reach besides itself. Screens get the app object through shell/context; the shell itself knows all.
REACH: dict[str, frozenset[str]] = {
    **dict.fromkeys(SCREENS, SHARED | {"fieldwork", "install"}),
    # What several screens read and write of an encounter: below the screens, so that no screen needs another.
    "fieldwork": SHARED,
    "install": SHARED,
    "sync": frozenset({"store", "api"}),
    "store": frozenset(),
    "ui": frozenset(),
    "charts": frozenset({"ui", "api", "i18n"}),
    "api": frozenset(),
    "i18n": frozenset(),
}
MAY_FETCH = (SRC + "sync/call.ts", SRC + "sw.ts")
IMPORT = re.compile(r"""(?:from\s*|import\s*\(?\s*)['"](\.{1,2}/[^'"]+)['"]""")
FUNCTION = re.compile(
    r"^(\s*)(?:export\s+)?(?:default\s+)?(?:(?:async|static|private|get|set)\s+)*"
    r"(?:function\b.*|(?:const|let)\s+\w+.*=>\s*|[\w#]+\(.*\).*)\{\s*$"
)
WEB_IGNORE = re.compile(r"(svelte-ignore|@ts-ignore|@ts-expect-error|@ts-nocheck|eslint-disable)(.*)")

Complaints = list[str]


def is_test(path: str) -> bool:
    """Whether a frontend file only runs in the tests."""
    return path.endswith(".test.ts") or "/testing/" in path


def check_component_length(path: str, text: str) -> Complaints:
    """A component stays small enough to hold in the head."""
    lines = len(text.splitlines())
    if path.endswith(".svelte") and lines > COMPONENT_LINES:
        return [f"{path}: {lines} lines, at most {COMPONENT_LINES}"]
    return []


def check_function_length(path: str, text: str) -> Complaints:
    """No function is longer than a screen. Told by indentation, which is exact enough for formatted code."""
    complaints, lines = [], text.splitlines()
    for start, line in enumerate(lines):
        found = FUNCTION.match(line)
        if found is None or re.match(r"\s*(if|for|while|switch|catch|describe|test|it)\b", line):
            continue
        closing = (number for number in range(start + 1, len(lines)) if lines[number].startswith(found[1] + "}"))
        length = next(closing, start) - start + 1
        if length > FUNCTION_LINES:
            complaints.append(f"{path}:{start + 1}: a function of {length} lines, at most {FUNCTION_LINES}")
    return complaints


def check_fetches(path: str, text: str) -> Complaints:
    """A screen never fetches: the one fetch is in sync/call.ts, and the service worker's own."""
    if path in MAY_FETCH or is_test(path):
        return []
    reaches_out = re.search(
        r"(?<![\w.])(?:window\.|self\.|globalThis\.)?fetch\(|XMLHttpRequest|sendBeacon|EventSource\(", text
    )
    return [f"{path}: only sync/call.ts and sw.ts reach the network"] if reaches_out else []


def check_storage(path: str, text: str) -> Complaints:
    """All IndexedDB code is in store/; nothing is kept in localStorage."""
    complaints = []
    if re.search(r"\b(local|session)Storage\b\s*[.\[]", text):
        complaints.append(f"{path}: keeps something in localStorage")
    touches = re.search(r"\bindexedDB\s*\.|from ['\"]idb['\"]", text)
    if touches and not path.startswith(SRC + "store/") and not is_test(path):
        complaints.append(f"{path}: only store/ touches IndexedDB")
    return complaints


def check_plain_writing(path: str, source: str) -> list[str]:
    """A field for words obeys the study's term on dictation and corrections: what the papers say of it is so."""
    fields = re.findall(r"<textarea\b(?:[^>]|=>)*", source)
    return [f"{path}: a textarea without {{...plainly(app)}}" for field in fields if "{...plainly(app)}" not in field]


def check_dates(path: str, text: str) -> Complaints:
    """Days and hours are written in one way: English alone would put the month first."""
    if path == SRC + "i18n/dates.ts" or is_test(path):
        return []
    is_by_hand = re.search(r"Intl\.DateTimeFormat\(\s*[^)\s]|\.toLocale(Date|Time)?String\(", text)
    return [f"{path}: only i18n/dates.ts writes dates"] if is_by_hand else []


KEEPS_NO_TEXT = re.compile(r'type="(checkbox|radio|file|password|date|datetime-local|number|color|range|time)"')


def check_forgotten(path: str, source: str) -> Complaints:
    """A field for words says `autocomplete`: without it a browser keeps them in a file that no lock seals."""
    fields = re.findall(r"<(?:textarea|input)\b(?:[^>]|=>)*>", source) if path.endswith(".svelte") else []
    says = ("autocomplete=", "{...plainly(app)}")
    return [
        f"{path}: a field without autocomplete, which the browser remembers"
        for field in fields
        if not KEEPS_NO_TEXT.search(field) and not any(one in field for one in says)
    ]


def check_senses(path: str, text: str) -> Complaints:
    """No place, no sound, no picture and no address book: the app never asks a phone for them."""
    asked = re.findall(r"\b(geolocation|mediaDevices|getUserMedia|SpeechRecognition|navigator\.contacts)\b", text)
    return [] if is_test(path) else [f"{path}: asks for {name}" for name in asked]


def check_markup(path: str, text: str) -> Complaints:
    """Notes are text nodes, never HTML; the page carries no inline style."""
    found = re.findall(r"\{@html\b|\.innerHTML\b|\.outerHTML\b|insertAdjacentHTML|document\.write\(|\sstyle=\"", text)
    return [f"{path}: {word.strip()} would need a looser policy" for word in found] if not is_test(path) else []


def check_words(path: str, text: str) -> Complaints:
    """Every word on a screen comes from the messages, in both languages; only the product's name is the same in all."""
    if not path.endswith(".svelte"):
        return []
    markup = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", "", text, flags=re.DOTALL)
    while (shorter := re.sub(r"\{[^{}]*\}", "", markup)) != markup:
        markup = shorter
    said = re.findall(r"\b(?:aria-label|placeholder|title|alt)=\"([^\"]*)\"", markup)
    said += re.sub(r"<[^>]*>", "\n", markup).split("\n")
    words = (" ".join(one.split()) for one in said)
    return [
        f"{path}: “{one}” stands in one language"
        for one in words
        if re.search(r"[^\W\d_]{2}", one.replace("Skygge", ""))
    ]


def check_directions(path: str, text: str) -> Complaints:
    """Screens reach store, ui, charts and API types; sync reaches store and API types; ui reaches nothing."""
    room = path.removeprefix(SRC).split("/")[0]
    if room not in REACH or is_test(path):
        return []
    # A type of sync/ is erased by the compiler: nothing of the network comes along with it.
    text = re.sub(r"import type [^;]*?from '[./]*sync/\w+';", "", text)
    targets = (posixpath.normpath(posixpath.join(posixpath.dirname(path), found)) for found in IMPORT.findall(text))
    return [
        f"{path}: {room} does not import {target.removeprefix(SRC)}"
        for target in targets
        if not _is_allowed(room, target.removeprefix(SRC))
    ]


def _is_allowed(room: str, target: str) -> bool:
    allowed = REACH[room] | {room}
    return any(target == place or target.startswith((place + "/", place + ".")) for place in allowed)


def check_web_ignores(path: str, text: str) -> Complaints:
    """An ignored rule says why, after two dashes."""
    complaints = []
    for number, line in enumerate(text.splitlines(), start=1):
        found = WEB_IGNORE.search(line)
        if found and len(found[2].partition("--")[2].strip(" ->*/")) < 5:
            complaints.append(f"{path}:{number}: {found[1]} without its reason after --")
    return complaints


def check_messages(english: str, danish: str, same: dict[str, str]) -> Complaints:
    """Both languages have every message, the same blanks to fill, and different words unless listed."""
    en, da = json.loads(english), json.loads(danish)
    complaints = [f"{key}: not in both languages" for key in sorted(set(en) ^ set(da))]
    for key in sorted(set(en) & set(da)):
        if en[key] == da[key] and key not in same and key != "$schema":
            complaints.append(f"{key}: the Danish is the English")
        if _blanks(en[key]) != _blanks(da[key]):
            complaints.append(f"{key}: the blanks differ")
    complaints += [f"{key}: listed as the same, but is not" for key in same if key not in en or en[key] != da.get(key)]
    return complaints


def _blanks(message: object) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", json.dumps(message, ensure_ascii=False)))
