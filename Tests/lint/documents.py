"""What the documents say stands somewhere stands there."""

from __future__ import annotations

import re

from tree import Finding, Tree, line_at

_FILE = re.compile(r"`((?:Sources|Tests)/[\w./+-]+\.(?:swift|py|sql|json|js|css|mustache))`")
_TEST = re.compile(r"`(\w+/[\w/.+-]+\.(?:swift|py))::([^`]+)`")


def named_files(tree: Tree) -> list[Finding]:
    """A row that names a file or a test is evidence: it must be found by whoever looks."""
    findings = []
    for path, text in tree.texts(r"docs/.*\.md$"):
        for found in _FILE.finditer(text):
            if found[1] not in tree:
                findings.append(Finding(path, line_at(text, found.start()), f"{found[1]} is not there; name the file that is"))
        for found in _TEST.finditer(text):
            file = f"Tests/{found[1]}"
            if file not in tree or found[2] not in tree.text(file):
                findings.append(Finding(path, line_at(text, found.start()), f"{found[1]} has no test {found[2]}; name the one that shows it"))
    return findings


CASES = {
    named_files: [
        ({"docs/a.md": "`Sources/A/A.swift`, `ATests/A.swift::holds`, `B`", "Sources/A/A.swift": "", "Tests/ATests/A.swift": "func holds() {}"}, None),
        ({"docs/a.md": "`Sources/A/B.swift`", "Sources/A/A.swift": ""}, "is not there"),
        ({"docs/a.md": "`ATests/A.swift::breaks`", "Tests/ATests/A.swift": "func holds() {}"}, "no test breaks"),
        ({"docs/adr/a.md": "`ATests/B.swift::holds`"}, "no test holds"),
    ],
}
