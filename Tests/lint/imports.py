"""Arrows between targets: Package.swift says who may import whom."""

from __future__ import annotations

import re
from functools import lru_cache

import swift
from tree import Finding, Tree, line_at

MANIFEST = "Package.swift"
# Modules of others that only the targets which name them may import, although SwiftPM would let everyone.
_GUARDED = {"GRDB", "GRDBSQLite", "CLibpq"}
# Dependencies of ours ask `canImport` for these; a target of that name breaks their second build.
_TAKEN = {"Network", "Security", "CryptoKit", "Combine", "Darwin", "Glibc", "Musl", "Android", "WinSDK", "Dispatch", "Foundation", "Synchronization", "os"}

_TARGET = re.compile(r'\.(?:target|executableTarget|testTarget|systemLibrary|macro)\(\s*name:\s*"(\w+)"')
_IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:package|internal|private|fileprivate|public)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)",
    re.MULTILINE,
)


@lru_cache(maxsize=8)
def targets(manifest: str) -> dict[str, tuple[int, frozenset[str]]]:
    """Each target with its line and what it depends on, in the manifest's order."""
    products = dict(re.findall(r'let\s+(\w+)\s*:\s*Target\.Dependency\s*=\s*\.product\(name:\s*"(\w+)"', manifest))
    found = {}
    starts = list(_TARGET.finditer(manifest))
    for start, following in zip(starts, [*starts[1:], None]):
        body = manifest[start.end() : following.start() if following else len(manifest)]
        listed = re.search(r"\bdependencies:\s*\[(.*?)\]", body, re.DOTALL)
        words = listed[1] if listed else ""
        names = set(re.findall(r'"(\w+)"', words)) | {products.get(name, name) for name in re.findall(r"(?<![\".\w])(\w+)(?![\"\w(:])", words)}
        found[start[1]] = (line_at(manifest, start.start()), frozenset(names))
    return found


def allowed(known: dict[str, tuple[int, frozenset[str]]], target: str, transitive: bool) -> frozenset[str]:
    """What a target may import: what it depends on; tests also what that stands on."""
    listed = known.get(target, (0, frozenset()))[1]
    if not transitive:
        return listed
    return listed.union(*(allowed(known, name, transitive) for name in listed if name != target))


def imports(tree: Tree) -> list[Finding]:
    """A file imports only what Package.swift lists for its target, and targets stand below what they import."""
    if MANIFEST not in tree:
        return [Finding(MANIFEST, 1, "There is no manifest to read the arrows from")]
    known = targets(tree.text(MANIFEST))
    reach = {(name, transitive): allowed(known, name, transitive) for transitive in (False, True) for name in known}
    findings, above = [], set()
    for name, (line, dependencies) in known.items():
        if name in _TAKEN:
            findings.append(Finding(MANIFEST, line, f"Rename the target {name}: other packages ask canImport({name}) and mean the system's"))
        for dependency in sorted(dependencies & known.keys() - above):
            findings.append(Finding(MANIFEST, line, f"{name} depends on {dependency}, which stands below it"))
        above.add(name)
    guarded = known.keys() | _GUARDED
    for path, text in tree.texts(r"(?:Sources|Tests)/\w+/.*\.swift$"):
        target = path.split("/")[1]
        code = swift.scan(text).code
        for match in _IMPORT.finditer(code):
            module = match[1]
            if module in guarded and module != target and module not in reach.get((target, path.startswith("Tests/")), ()):
                findings.append(Finding(path, line_at(code, match.start(1)), f"{target} may not import {module}; Package.swift lists what it may"))
    return findings


_MANIFEST = """
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let package = Package(targets: [
    .target(name: "Basics", swiftSettings: settings),
    .target(name: "Storage", dependencies: ["Basics", grdb], swiftSettings: settings),
    .target(name: "Wire", dependencies: ["Basics"], swiftSettings: settings),
    .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: settings),
])
"""

CASES = {
    imports: [
        ({MANIFEST: _MANIFEST, "Sources/Storage/A.swift": "import Basics\npackage import GRDB\nimport Foundation"}, None),
        ({MANIFEST: _MANIFEST, "Sources/Wire/A.swift": "import Storage"}, "may not import Storage"),
        ({MANIFEST: _MANIFEST, "Sources/Wire/A.swift": "@preconcurrency import struct Storage.SQL"}, "may not import Storage"),
        ({MANIFEST: _MANIFEST, "Sources/Wire/A.swift": "import GRDB"}, "may not import GRDB"),
        ({MANIFEST: _MANIFEST, "Sources/Wire/A.swift": "// import Storage"}, None),
        ({MANIFEST: _MANIFEST.replace('["Basics", grdb]', '["Wire"]')}, "below"),
        ({MANIFEST: _MANIFEST.replace('name: "Wire"', 'name: "Network"')}, "canImport"),
        ({MANIFEST: _MANIFEST, "Tests/WireTests/A.swift": "import Wire\nimport Basics"}, None),
        ({MANIFEST: _MANIFEST, "Tests/WireTests/A.swift": "import Wire\nimport Storage"}, "may not import Storage"),
        ({"Sources/Wire/A.swift": "import Storage"}, "no manifest"),
    ],
}
