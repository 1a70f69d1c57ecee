#!/usr/bin/env python3
"""The project's lints.

    run.py [--self-test] [--junit FILE] [--journal FILE] [LINT …]

Each lint is a function from the tree of files to findings, and stands beside the cases that show it can fail and can pass.
With --self-test the cases run too. `statement_coverage` looks at the tree only with the journal of a test run. The exit status is 1 if anything is found.
"""

from __future__ import annotations

import argparse
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import coverage
import documents
import imports
import layout
import migrations
import sql
import symbols
import television
import templates
from tree import Tree

CASES = {lint: cases for part in (symbols, imports, layout, sql, migrations, templates, television, documents, coverage) for lint, cases in part.CASES.items()}


def self_test(lint) -> list[str]:
    """A lint is trusted when it finds what each case expects, finds nothing in the clean ones, and has both kinds."""
    wrong = []
    for number, (files, expected) in enumerate(CASES[lint], 1):
        found = [str(finding) for finding in lint(Tree(files))]
        if expected is None and found:
            wrong.append(f"case {number} is clean, but the lint says: {found[0]}")
        elif expected is not None and not any(expected in text for text in found):
            wrong.append(f"case {number} must be found with “{expected}”; the lint says: {found or 'nothing'}")
    if {expected is None for _, expected in CASES[lint]} != {True, False}:
        wrong.append("the cases must hold a clean one and one that fails")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description="The project's lints.")
    parser.add_argument("--self-test", action="store_true", help="run each lint's own cases as well")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write the results as JUnit XML")
    parser.add_argument("--journal", type=Path, metavar="FILE", help="the statements that a run of the Swift tests noted")
    parser.add_argument("lints", nargs="*", metavar="LINT", help="only these: " + ", ".join(lint.__name__ for lint in CASES))
    arguments = parser.parse_args()

    if unknown := set(arguments.lints) - {lint.__name__ for lint in CASES}:
        parser.error(f"there is no lint {', '.join(sorted(unknown))}")
    tree = Tree.read(Path(__file__).resolve().parents[2], {coverage.JOURNAL: arguments.journal} if arguments.journal else {})
    results = []
    for lint in CASES:
        if arguments.lints and lint.__name__ not in arguments.lints:
            continue
        if arguments.self_test:
            results.append((f"{lint.__name__} self-test", self_test(lint)))
        if lint is coverage.statement_coverage and not arguments.journal:
            continue
        results.append((lint.__name__, [str(finding) for finding in sorted(set(lint(tree)))]))

    for name, messages in results:
        if messages:
            print(f"✘ {name}: {len(messages)}")
            for message in messages:
                print(f"    {message}")
    failed = sum(1 for _, messages in results if messages)
    print(f"{len(results) - failed} lints and self-tests passed, {failed} failed")
    if arguments.junit:
        write_junit(arguments.junit, results)
    return 1 if failed else 0


def write_junit(path: Path, results: list[tuple[str, list[str]]]) -> None:
    suite = ElementTree.Element("testsuite", name="lint", tests=str(len(results)))
    for name, messages in results:
        case = ElementTree.SubElement(suite, "testcase", classname="lint", name=name)
        if messages:
            ElementTree.SubElement(case, "failure", message=messages[0]).text = "\n".join(messages)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


if __name__ == "__main__":
    sys.exit(main())
