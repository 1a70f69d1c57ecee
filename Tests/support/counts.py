#!/usr/bin/env python3
"""Counts the tests of JUnit XML files: Swift Testing, pytest and the lints all write them.

    counts.py [--allowed-skips FILE] JUNIT…

Prints `PASSED FAILED` on its first line and then every test that was skipped without leave, which counts as failed.
A file that is missing or cannot be read counts as one failed test.
"""

from __future__ import annotations

import argparse
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def count(path: Path, allowed_skips: set[str]) -> tuple[int, int, list[str]]:
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        return 0, 1, [f"{path.name} cannot be read, so its runner did not end well: {error}"]
    passed, failed, notes = 0, 0, []
    for case in cases:
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif (skipped := case.find("skipped")) is not None:
            if name not in allowed_skips:
                failed += 1
                why = skipped.get("message") or (skipped.text or "").strip() or "without a reason"
                notes.append(f"{name} was skipped: {why}; a skipped test counts as failed unless Tests/support/allowed-skips.txt lists it")
        else:
            passed += 1
    return passed, failed, notes


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--allowed-skips", type=Path)
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    allowed = arguments.allowed_skips.read_text().splitlines() if arguments.allowed_skips else []
    listed = {line.strip() for line in allowed if line.strip() and not line.startswith("#")}
    totals = [count(path, listed) for path in arguments.files]
    print(sum(passed for passed, _, _ in totals), sum(failed for _, failed, _ in totals))
    for _, _, notes in totals:
        for note in notes:
            print(note)


if __name__ == "__main__":
    sys.exit(main())
