"""`export`, `analyse` and `demo`: what a study holds, from the console.

The console sees a study as its lead does: everything that is shared, and nobody's reflections.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer
import yaml
from sqlmodel import Session

from skygge.analyse.report import write_report
from skygge.analyse.run import find_analysis, run_analysis
from skygge.clock import utc_now
from skygge.commands.opened import StudyOption, lead_of, membership_of, opened_database, require_study
from skygge.core.filters import Filters, FiltersRefused, read_filters
from skygge.core.report import ReportParams
from skygge.core.report_formats import MEDIA_TYPES, ReportFormat
from skygge.errors import StartRefused
from skygge.export.count import count_order
from skygge.export.order import find_export, place_order, record_order
from skygge.export.write import write_order
from skygge.studies.access import Membership
from skygge.studies.downloads import record_made

F = TypeVar("F", bound=Filters)
# Filters and parameters differ from one analysis to the next, so they are read by what the analysis itself declares.
TAKES_FILTERS = {"allow_extra_args": True, "ignore_unknown_options": True}


def export_command(
    context: typer.Context,
    format_name: Annotated[str, typer.Argument(metavar="FORMAT")],
    study: StudyOption,
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
) -> None:
    """Write a study to a file. Filters: --visit, --actor, --from …; options of the format: --clock-times …"""
    options = _read(find_export(format_name).options, context.args)
    part = out.with_name(f"{out.name}.part")
    with opened_database() as (_, database):
        try:
            with database.read() as session, part.open("wb") as sink:
                order = place_order(session, _membership(session, study), format_name, options)
                losses, counts = write_order(session, order, sink), count_order(session, order)
            # On record before the file is there under its name.
            with database.write() as session:
                record_order(session, order, counts, utc_now, is_console=True)
            os.replace(part, out)
        except OSError:
            part.unlink(missing_ok=True)
            raise StartRefused(f"The file {out} cannot be written.") from None
    for line in losses.lines("en"):
        typer.echo(line, err=True)


def analyse_command(
    context: typer.Context,
    name: str,
    study: StudyOption,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Run an analysis. Filters: --visit, --actor, --from …; parameters of the analysis by their names."""
    params = _read(find_analysis(name).params, context.args)
    with opened_database() as (_, database), database.read() as session:
        answer = run_analysis(session, _membership(session, study), name, params).model_dump(mode="json")
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        typer.echo(yaml.safe_dump(answer, allow_unicode=True, sort_keys=False, width=100), nl=False)


def report_command(
    context: typer.Context,
    study: StudyOption,
    out: Annotated[Path, typer.Option("--out", help="The file to write: .html or .docx.")],
) -> None:
    """Write chosen analyses with figures, tables and methods to one file: --analysis NAME …, --language da, filters."""
    wanted: ReportFormat = "docx" if out.suffix.lower() == ".docx" else "html"
    if out.suffix.lower().lstrip(".") not in MEDIA_TYPES:
        raise StartRefused("A report is a file that ends in .html or .docx.")
    params = _read(ReportParams, context.args)
    part = out.with_name(f"{out.name}.part")
    with opened_database() as (_, database):
        try:
            with database.read() as session:
                member = _membership(session, study)
                made = write_report(session, member, params, wanted)
            part.write_bytes(made.content)
            # On record before the file is there under its name.
            with database.write() as session:
                record_made(session, member, made.details, utc_now, is_console=True)
            os.replace(part, out)
        except OSError:
            part.unlink(missing_ok=True)
            raise StartRefused(f"The file {out} cannot be written.") from None


def demo_command() -> None:
    """Add the labelled example study; running it again changes nothing."""
    # No other command needs the story, and every start of a server would read it.
    from skygge.demo.create import create_demo

    with opened_database() as (_, database), database.write() as session:
        typer.echo(str(create_demo(session, utc_now)))


def _membership(session: Session, study: str) -> Membership:
    return membership_of(lead_of(session, require_study(session, study).study_id))


def _read(model: type[F], words: Sequence[str]) -> F:
    try:
        return read_filters(model, _pairs(words))
    except FiltersRefused as refused:
        raise StartRefused(_say_refused(refused.names)) from None


def _say_refused(names: Sequence[str]) -> str:
    options = ["--" + name.replace("_", "-") for name in names]
    if len(options) == 1:
        return f"The filter {options[0]} is unknown or wrong."
    return f"The filters {', '.join(options[:-1])} and {options[-1]} are unknown or wrong."


def _pairs(words: Sequence[str]) -> dict[str, list[str]]:
    """`--actor A --actor B --clock-times` as names with their values; a name without a value is a switch."""
    found: dict[str, list[str]] = {}
    name = ""
    for word in words:
        if word.startswith("--"):
            name, has_value, value = word[2:].replace("-", "_").partition("=")
            found.setdefault(name, [])
            if has_value:
                found[name].append(value)
                name = ""
        elif name:
            found[name].append(word)
            name = ""
        else:
            raise StartRefused("A filter is written as --name value.")
    return {name: values or ["true"] for name, values in found.items()}
