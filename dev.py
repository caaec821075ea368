#!/usr/bin/env python3
"""The two commands of the project, and a few more: python3 dev.py run, python3 dev.py test."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)
DESCRIPTION = """Runs the project on a machine that has only Python 3.11 or newer with venv.

  python3 dev.py run     everything installed, started and filled with the demo year; prints the address
  python3 dev.py test    everything checked and tested
"""
# Sub-commands whose words go on to another program as they are.
HANDED_ON = ("test", "bench", "load", "manage")


def make_parser() -> argparse.ArgumentParser:
    """Describe the sub-commands; --help works before anything is installed."""
    parser = argparse.ArgumentParser(prog="dev.py", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, summary: str, details: str = "") -> argparse.ArgumentParser:
        style = argparse.RawTextHelpFormatter
        return commands.add_parser(name, help=summary, description=f"{summary}. {details}".strip(), formatter_class=style)

    run = add("run", "set up and run everything; Ctrl-C stops it", "Data lasts between runs.")
    run.add_argument("--port", type=int, default=8000, metavar="N", help="port of the web server (default: 8000)")
    run.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 = all (default: 127.0.0.1)")
    add_data(run)
    words = "Everything after the command is handed on to it."
    test = add("test", "run all checks and tests", f"With pytest's arguments, only pytest runs.\n{words}")
    test.add_argument("arguments", nargs="*", metavar="PYTEST_ARGUMENT")
    add("lint", "run the checks only: ruff, format, imports, types, migrations")
    for name, summary in (("bench", "measure speed: benchmarks/run.py"), ("load", "put load on it: benchmarks/load.py")):
        bench = add(name, summary, f"Own data in .workshop/bench; the address is in BENCHMARK_ADDRESS.\n{words}")
        bench.add_argument("arguments", nargs="*", metavar="ARGUMENT")
    reset = add("reset", "delete the data of an installation, after a question", "Refuses while it runs.")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    add_data(reset)
    manage = add("manage", "run manage.py beside the embedded servers", f"Uses those of an active run.\n{words}")
    manage.add_argument("--data", metavar="DIR", help="data folder (default: .workshop/data); must come first")
    manage.add_argument("arguments", nargs="*", metavar="ARGUMENT")
    return parser


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the option that says where the data lie."""
    parser.add_argument("--data", metavar="DIR", help="data folder (default: .workshop/data)")


def parse(words: list[str]) -> argparse.Namespace:
    """Read the command line; what belongs to another program is not looked into."""
    parser = make_parser()
    if not words or words[0] not in HANDED_ON or words[1:2] in (["-h"], ["--help"]):
        return parser.parse_args(words)
    options = argparse.Namespace(command=words[0], data=None, arguments=words[1:])
    if options.command == "manage" and words[1:2] == ["--data"] and len(words) > 2:
        options.data, options.arguments = words[2], words[3:]
    if options.arguments[:1] == ["--"]:
        options.arguments = options.arguments[1:]
    return options


def carry_out(options: argparse.Namespace) -> int:
    """Call the sub-command and return its exit code."""
    from workshop import commands  # after the check of Python's version

    data = Path(options.data) if getattr(options, "data", None) else commands.DEFAULT_DATA
    if options.command == "run":
        return commands.run(options.host, options.port, data)
    if options.command in ("test", "lint"):
        return commands.test(getattr(options, "arguments", []), only_checks=options.command == "lint")
    if options.command in ("bench", "load"):
        return commands.benchmark("run.py" if options.command == "bench" else "load.py", options.arguments)
    if options.command == "reset":
        return commands.reset(data, sure=options.yes)
    return commands.manage_command(options.arguments, data)


def main(words: list[str]) -> int:
    """Check the Python, carry out the command, turn expected errors into one message."""
    if sys.version_info < OLDEST_PYTHON:
        print(f"dev.py needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    options = parse(words)
    from workshop.console import WorkshopError, complain
    from workshop.processes import StopRequested, stoppable

    try:
        with stoppable():
            return carry_out(options)
    except WorkshopError as error:
        complain(f"\nStopped: {error}")
        return 1
    except StopRequested:
        complain("\nStopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
