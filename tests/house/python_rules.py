"""Rules for Python files. Each takes a path relative to the repository and the file's text."""

import ast
import re
from collections.abc import Iterator

FILE_LINES = 400
FUNCTION_LINES = 50
IMPURE = frozenset(
    "fastapi starlette uvicorn typer structlog sqlalchemy sqlmodel alembic psycopg sqlite3 httpx httpx2".split()
    + "time os socket subprocess threading asyncio urllib http requests tempfile".split()
)
CLOCK_CALLS = frozenset({"now", "utcnow", "today"})
LAYER_CLASS = re.compile(r"(Manager|Service|Repository|Helper|Util|Utils)$")
IGNORE = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:|ruff:|mypy:|pylint:|nosec)([^#]*)(#.*)?$")

# The log, what is remembered beside it, and the tables that are its fold.
LOG_ROWS = re.compile(
    r"^(CHANGE|QUARANTINE|REDACTION|INDEX|table_of|(Change|Quarantine|Redaction|Codebook|Code|Actor|Consent|Encounter"
    r"|Gap|Entry|FieldNote|Memo|Search)Row)$"
)
LOG_WRITERS = frozenset(
    "refold redact_log note park release empty share_what_came_before add_to_index drop_from_index".split()
)
MAY_CALL_LOG_WRITERS = ("append.py", "late.py", "redact.py", "refold.py")

Complaints = list[str]


def check_file_length(path: str, text: str) -> Complaints:
    """No file is longer than anybody reads in one sitting."""
    lines = len(text.splitlines())
    return [f"{path}: {lines} lines, at most {FILE_LINES}"] if lines > FILE_LINES else []


def check_function_length(path: str, text: str) -> Complaints:
    """No function is longer than a screen."""
    return [
        f"{path}:{node.lineno}: {node.name} has {_length(node)} lines, at most {FUNCTION_LINES}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > FUNCTION_LINES
    ]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def check_class_names(path: str, text: str) -> Complaints:
    """No repository, service or manager classes: two layers only."""
    return [
        f"{path}:{node.lineno}: no class is called {node.name}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and LAYER_CLASS.search(node.name)
    ]


def find_commits(path: str, text: str) -> Complaints:
    """Every call of a method named commit; the whole backend has one, in db.py."""
    return [f"{path}:{call.lineno}: commits" for name, call in _calls(text) if name == "commit"]


def check_one_commit(commits: Complaints) -> Complaints:
    """One commit, and in db.py."""
    if len(commits) == 1 and commits[0].startswith("backend/skygge/db.py:"):
        return []
    return commits or ["nothing in the backend commits"]


def check_http_exceptions(path: str, text: str) -> Complaints:
    """Problems come from the catalogue in errors.py."""
    return [f"{path}:{call.lineno}: HTTPException" for name, call in _calls(text) if name == "HTTPException"]


def check_naive_times(path: str, text: str) -> Complaints:
    """Every time knows its offset."""
    naive = []
    for name, call in _calls(text):
        has_zone = bool(call.args or call.keywords)
        if name in {"utcnow", "utcfromtimestamp"} or (name == "now" and not has_zone):
            naive.append(f"{path}:{call.lineno}: a time without offset ({name})")
        if name == "fromtimestamp" and len(call.args) + len(call.keywords) < 2:
            naive.append(f"{path}:{call.lineno}: a time without offset ({name})")
    return naive


def check_purity(path: str, text: str) -> Complaints:
    """The core knows no web, no database and no clock."""
    imports = [
        f"{path}:{line}: the core imports {name}" for name, line in _imports(text) if name.split(".")[0] in IMPURE
    ]
    clocks = [
        f"{path}:{call.lineno}: the core reads a clock"
        for name, call in _calls(text)
        if name in CLOCK_CALLS and isinstance(call.func, ast.Attribute)
    ]
    return imports + clocks


def check_ignores(path: str, text: str) -> Complaints:
    """An ignored rule says which rule and why: `# noqa: X123  # why`."""
    complaints = []
    for number, line in enumerate(text.splitlines(), start=1):
        found = IGNORE.search(line)
        if found is None or _is_quoted(line, found.start()):
            continue
        rule, reason = found[1].strip(), (found[2] or "").strip("# ")
        if not rule or len(reason) < 5:
            complaints.append(f"{path}:{number}: an ignore names its rule and, after a second #, its reason")
    return complaints


def _is_quoted(line: str, position: int) -> bool:
    return line[:position].count('"') % 2 == 1 or line[:position].count("'") % 2 == 1


def _calls(text: str) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def _imports(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or "", node.lineno


def check_writers(path: str, text: str) -> Complaints:
    """Log, counter and tables are written by fieldlog/append.py and what it calls, and by nobody else."""
    room, _, file = path.rpartition("/")
    is_log = room.endswith("fieldlog")
    found = []
    for node in ast.walk(ast.parse(text)):
        if not is_log and isinstance(node, ast.Call) and _is_writing(node):
            found.append(f"{path}:{node.lineno}: writes a table that only fieldlog/append.py may write")
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("skygge.fieldlog"):
            names = sorted(LOG_WRITERS & {each.name for each in node.names})
            if names and not (is_log and file in MAY_CALL_LOG_WRITERS):
                found.append(f"{path}:{node.lineno}: {', '.join(names)} is for fieldlog/append.py to call")
    return found


def _is_writing(call: ast.Call) -> bool:
    """A row of the log made, or a statement that changes one."""
    name = getattr(call.func, "id", "")
    named = {part.id for each in call.args for part in ast.walk(each) if isinstance(part, ast.Name)}
    is_statement = name in ("insert", "update", "delete") and any(map(LOG_ROWS.match, named))
    return is_statement or (name.endswith("Row") and bool(LOG_ROWS.match(name)))
