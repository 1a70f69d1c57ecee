"""How long a line, a file and a target may be, so that a reader sees the whole of each."""

from __future__ import annotations

import re
from collections import Counter

from tree import Finding, Tree

COLUMNS = 140
TARGET_LINES = 4000

# A line of a test that is nothing but data, as a program or a node writes it, stays as it is written.
_DATA = re.compile(r"""^\s*(?:#?".*"#?,?|[{#].*)$""")


def line_length(tree: Tree) -> list[Finding]:
    """`swift format` breaks code; comments, statements and sentences are broken by hand."""
    return [
        Finding(path, number, f"The line has {len(line)} columns, {COLUMNS} is the most")
        for path, text in tree.texts(r".*\.swift$")
        for number, line in enumerate(text.split("\n"), 1)
        if len(line) > COLUMNS and not (path.startswith("Tests/") and _DATA.match(line))
    ]


def target_size(tree: Tree) -> list[Finding]:
    """A target that grows past this is two, and everything that leans on it waits for it to be built."""
    lines: Counter[str] = Counter()
    for path, text in tree.texts(r".*\.swift$"):
        if path.startswith("Sources/"):
            lines["/".join(path.split("/")[:2])] += text.count("\n")
    return [
        Finding(target, 1, f"The target has {count} lines, {TARGET_LINES} is the most: divide it at a seam")
        for target, count in lines.items()
        if count > TARGET_LINES
    ]


CASES = {
    line_length: [
        ({"Sources/A/A.swift": "let a = 1\n"}, None),
        ({"Sources/A/A.swift": f'let a = "{"x" * 200}"\n'}, "columns"),
        ({"Tests/A/A.swift": f'    #"{{"a":"{"x" * 200}"}}"#,\n'}, None),
        ({"Tests/A/A.swift": f"// {'x' * 200}\n"}, "columns"),
    ],
    target_size: [
        ({"Sources/A/A.swift": "\n" * 3999, "Sources/B/B.swift": "\n" * 3999}, None),
        ({"Sources/A/A.swift": "\n" * 3999, "Sources/A/B/B.swift": "\n" * 2}, "divide it"),
    ],
}
