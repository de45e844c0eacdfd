"""The commands of `./dev`."""

import argparse
import sys
from collections.abc import Callable, Sequence

from devtools import audit, benches, bill, generated, locks, running, safeguards, site, test_run
from devtools.machine import Trouble, say
from devtools.parts import PARTS


def parser() -> argparse.ArgumentParser:
    """Every command with its options; the README describes each, and a test holds the two together."""
    top = argparse.ArgumentParser(prog="./dev", description="Set up, run and test Skygge.")
    commands = top.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="set up what is missing, migrate, serve on this machine")
    run.add_argument("--port", type=int, default=None, help="another port than 8321")
    run.add_argument("--demo", action="store_true", help="add a labelled example study")
    names = ", ".join(part.name for part in PARTS)
    test = commands.add_parser("test", help="run every test, or some parts", description=f"The parts: {names}.")
    test.add_argument("part", nargs="*", help="only these parts; `deep` for full sizes")
    commands.add_parser("check", help="the quick part of the tests, under a minute")
    bench = commands.add_parser("bench", help="measure, and print tables")
    bench.add_argument("name", nargs="?", help="only this one")
    bench.add_argument("--json", metavar="FILE", help="also write the numbers here")
    guards = commands.add_parser("safeguards", help="switch off each safeguard of sync in a copy; its tests go red")
    guards.add_argument("name", nargs="?", help="only those whose name holds this")
    commands.add_parser("audit", help="ask the databases of known flaws about every locked package")
    commands.add_parser("sbom", help="write the bills of materials of the server and the web app, in dist/sbom")
    commands.add_parser("docs", help="make the documentation into a site, in dist/site")
    commands.add_parser("lock", help="make every lock file anew")
    commands.add_parser("generate", help="write the files made from the code: API types, pages of the reference")
    commands.add_parser("help", help="show this")
    return top


def main(words: Sequence[str]) -> int:
    """Do what the words say; return the exit code."""
    options = parser().parse_args(words or ["help"])
    actions: dict[str, Callable[[], int | None]] = {
        "run": lambda: running.run_server(options.port, with_demo=options.demo),
        "test": lambda: _test(options.part),
        "check": test_run.run_quick,
        "bench": lambda: benches.run_benches(options.name, options.json),
        "safeguards": lambda: safeguards.check_safeguards(options.name),
        "audit": audit.audit,
        "sbom": bill.write,
        "docs": site.build,
        "lock": locks.make_locks,
        "generate": generated.write,
        "help": _help,
    }
    return int(actions[options.command]() or 0)


def _help() -> None:
    parser().print_help()


def _test(parts: Sequence[str]) -> int:
    return test_run.run_tests([part for part in parts if part != "deep"], deep="deep" in parts)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        say("")
        sys.exit(130)
