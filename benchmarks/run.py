"""python3 dev.py bench: run every benchmark on the full demo year and print measured, limit, ratio and target.

Exit code 1 when a target is missed. Absolute times depend on the machine; ratios do not: quote those.
"""

import argparse
import importlib
import os
import sys
from pathlib import Path

import django

SUBJECTS = ("ballots", "figures", "excel", "circle")


def main() -> int:
    """Run the chosen subjects and print one line per measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subjects", nargs="*", choices=[[], *SUBJECTS], default=[], help="only these (default: all)")
    chosen = parser.parse_args().subjects or SUBJECTS
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renovation.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()
    missed = 0
    print(f"{'what':<66} {'measured':>12} {'limit':>12} {'ratio':>8}  target")
    for subject in chosen:
        for row in importlib.import_module(f"benchmarks.{subject}").run():
            missed += not row["passed"]
            word = "ok" if row["passed"] else "MISSED"
            print(f"{row['name']:<66} {row['measured']!s:>12} {row['limit']!s:>12} {row['ratio']!s:>8}  {row['target']} {word}", flush=True)
    print(f"{missed} target(s) missed" if missed else "all targets met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
