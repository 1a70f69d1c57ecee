"""Every command and query runs on both engines: what the sources declare, against the journal that the tests write."""

from __future__ import annotations

import re

import swift
from sqltext import is_sql
from tree import Finding, Tree, line_at, module_of

# The tests' journal (Sources/TestKit/Engines.swift): a line `engine<TAB>file id<TAB>function` for each function that ran a statement.
JOURNAL = "statement-journal"
BOTH = frozenset({"postgres", "sqlite"})
# Edges and terminals have no server.
_NODES = ("Relay", "Edge", "Terminal")

_EXTENSION = re.compile(r"\bextension\s+Statements\b[^{]*(?=\{)")
_NAMES = r"(?:run|each|all|first|count)"
# Inside the extension these names are those of Statements; elsewhere a call is one when its argument is SQL.
_OWN_CALL = re.compile(rf"(?<![.\w`])(?<!func )(?:self\s*\.\s*)?{_NAMES}\s*\(")
_CALL_WITH_SQL = re.compile(rf"\.\s*{_NAMES}\s*\(\s*(?:[\w.\[\]]+\.self\s*,\s*)?(?=#*\")")


def statement_coverage(tree: Tree) -> list[Finding]:
    """Each function that runs a statement of its own was run on SQLite and on PostgreSQL by the tests."""
    if JOURNAL not in tree:
        return [Finding(JOURNAL, 1, "The Swift tests wrote no journal of statements")]
    findings = []
    ran: dict[tuple[str, str], set[str]] = {}
    for number, line in enumerate(tree.text(JOURNAL).splitlines(), 1):
        fields = line.split("\t")
        if len(fields) != 3 or fields[0] not in BOTH:
            findings.append(Finding(JOURNAL, number, f"This is no entry of the journal: {line[:80]}"))
        else:
            ran.setdefault((fields[1], fields[2]), set()).add(fields[0])
    for path, line, function in functions_with_statements(tree):
        module, file = module_of(path), path.rsplit("/", 1)[1]
        missing = (frozenset({"sqlite"}) if module in _NODES else BOTH) - ran.get((f"{module}/{file}", function), set())
        if missing:
            findings.append(Finding(path, line, f"{function} was never run on {' and '.join(sorted(missing))} by the tests"))
    return findings


def functions_with_statements(tree: Tree) -> list[tuple[str, int, str]]:
    """Path, line and `#function` of all that the journal must name."""
    found = {}
    for path, text in tree.texts(r"Sources/(?!Storage/).*\.swift$"):
        source = swift.scan(text)
        code = source.code
        calls = [match.start() for match in _CALL_WITH_SQL.finditer(code) if is_sql(source.literal(match.end()))]
        for extension in _EXTENSION.finditer(code):
            calls += [match.start() for match in _OWN_CALL.finditer(code, extension.end(), swift.closing(code, extension.end()))]
        for call in calls:
            if function := swift.enclosing(code, call):
                # Overloads that differ in types alone have one name in the journal.
                key = (path, function.name)
                found[key] = min(found.get(key, len(code)), function.start)
    return [(path, line_at(tree.text(path), start), name) for (path, name), start in sorted(found.items())]


def _case(body: str, journal: str, path: str = "Sources/Registry/Areas/AreaQueries.swift") -> dict[str, str]:
    return {path: body, JOURNAL: journal}


def _both(*functions: str, file: str = "Registry/AreaQueries.swift") -> str:
    return "".join(f"{engine}\t{file}\t{function}\n" for function in functions for engine in sorted(BOTH))


_COUNT = 'extension Statements {\n    func areas() throws -> Int { try count("SELECT count(*) FROM area") }\n}'
_NESTED = """
extension Statements {
    private func site<T: Sequence<Int>>(_ codes: T, on day: Day = Day("2011-01-01"), map: @escaping (Int, Int) -> Int) throws -> [Site] where T: Sendable {
        try inParts(codes) { part in
            let words = try names.first(where: { $0.count(of: 1) > 2 })
            try each("SELECT id FROM site") { $0 }
        }
        func nested(in scope: Scope) throws { try self.run("DELETE FROM site") }
        try nested(in: .all)
    }
    func through() throws { try site([], map: { _, _ in 1 }) }
    package var setting: String? { get throws { try first(Site.self, selection()) } }
}
func count(_ what: String) {}
struct Book { func add() { count("lost"); lines.run("a", each: 2) } }
"""

CASES = {
    statement_coverage: [
        (_case(_COUNT, _both("areas()")), None),
        (_case(_COUNT, ""), "areas() was never run on postgres and sqlite"),
        (_case(_COUNT, "sqlite\tRegistry/AreaQueries.swift\tareas()\n"), "areas() was never run on postgres by"),
        (_case(_COUNT, _both("areas()", file="Content/AreaQueries.swift")), "never run"),
        (_case(_COUNT, _both("areas(on:)")), "never run"),
        (_case(_COUNT, "mysql\tRegistry/AreaQueries.swift\tareas()\n"), "no entry"),
        ({"Sources/Registry/A.swift": _COUNT}, "no journal"),
        (_case(_COUNT, "sqlite\tRelay/A.swift\tareas()\n", "Sources/Relay/A.swift"), None),
        (_case(_COUNT, "", "Sources/Storage/A.swift"), None),
        (_case(_NESTED, _both("site(_:on:map:)", "nested(in:)", "setting")), None),
        (_case(_NESTED, _both("nested(in:)", "setting")), "site(_:on:map:)"),
        (_case(_NESTED, _both("site(_:on:map:)", "setting")), "nested(in:)"),
        (_case(_NESTED, _both("site(_:on:map:)", "nested(in:)")), "setting was"),
        (_case('struct Loop { func go() async { try await database.read { try $0.first(Job.self, "SELECT id FROM job") } } }', ""), "go()"),
        (_case('struct Loop { func go() { print(lines.all("Sites")) } }', ""), None),
    ],
}
