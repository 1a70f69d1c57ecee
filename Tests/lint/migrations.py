"""What migrations may declare, how they are numbered, and who may write which table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Iterator

import reserved
from sqltext import at_top, bare, closing, in_swift
from tree import Finding, Tree, line_at, module_of

MIGRATION = r"Sources/[^/]+/Migrations/"
_FILE_NAME = re.compile(r"(\d{4})_[a-z0-9]+(?:_[a-z0-9]+)*\.sql")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_TYPES = ("TEXT", "BIGINT", "DOUBLE PRECISION", "BYTEA")
_CONSTRAINT = re.compile(r"(?:CONSTRAINT|PRIMARY\s+KEY|UNIQUE|CHECK|FOREIGN\s+KEY)\b", re.IGNORECASE)

# The node's own database is another file with another history than the centre's.
_OTHER_DATABASES = ("Relay",)

# Fixtures may write where they like, the engines keep the migrator's own table.
_FREE = ("Storage", "TestKit")


@dataclass(frozen=True)
class Column:
    table: str
    name: str
    rest: str  # what stands behind the name
    line: int
    added: bool = False

    @property
    def type(self) -> str:
        words = re.match(r"[A-Za-z ]*", self.rest).group().upper().split()
        return "DOUBLE PRECISION" if words[:2] == ["DOUBLE", "PRECISION"] else "".join(words[:1])

    def says(self, pattern: str) -> bool:
        return re.search(pattern, self.rest, re.IGNORECASE) is not None


@dataclass(frozen=True)
class Table:
    name: str
    line: int
    columns: tuple[Column, ...]
    constraints: tuple[str, ...]


@dataclass(frozen=True)
class Migration:
    path: str
    text: str  # without comments and texts in quotes

    @property
    def module(self) -> str:
        return module_of(self.path)

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[1]

    @property
    def database(self) -> str:
        return self.module if self.module in _OTHER_DATABASES else "centre"

    def tables(self) -> Iterator[Table]:
        for match in re.finditer(r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)\s*\(", self.text, re.IGNORECASE):
            start = match.end()
            columns, constraints = [], []
            for offset, piece in at_top(self.text[start : closing(self.text, start - 1)]):
                offset += len(piece) - len(piece.lstrip())
                piece = piece.strip()
                if _CONSTRAINT.match(piece):
                    constraints.append(piece)
                elif column := re.match(r"(\w+)\s*(.*)", piece, re.DOTALL):
                    columns.append(Column(match[1], column[1], column[2], line_at(self.text, start + offset)))
            yield Table(match[1], line_at(self.text, match.start()), tuple(columns), tuple(constraints))

    def added_columns(self) -> Iterator[Column]:
        for match in re.finditer(r"\bALTER\s+TABLE\s+(\w+)\s+ADD\s+(?:COLUMN\s+)?(?!CONSTRAINT\b)(\w+)([^;]*)", self.text, re.IGNORECASE):
            yield Column(match[1], match[2], match[3].strip(), line_at(self.text, match.start()), added=True)

    def created(self) -> Iterator[tuple[str, int]]:
        """Every table, index and view, which share one set of names on PostgreSQL."""
        pattern = r"\bCREATE\s+(?:UNIQUE\s+)?(?:TABLE|INDEX|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)"
        for match in re.finditer(pattern, self.text, re.IGNORECASE):
            yield match[1], line_at(self.text, match.start())

    def renamed(self) -> Iterator[tuple[str, int]]:
        for match in re.finditer(r"\bALTER\s+TABLE\s+\w+\s+RENAME\s+TO\s+(\w+)", self.text, re.IGNORECASE):
            yield match[1], line_at(self.text, match.start())


@lru_cache(maxsize=8)
def migrations(tree: Tree) -> tuple[Migration, ...]:
    """In the order in which they run."""
    found = [Migration(path, bare(text)) for path, text in tree.texts(MIGRATION + r".*\.sql$")]
    return tuple(sorted(found, key=lambda migration: (migration.database, migration.name)))


def migration_numbers(tree: Tree) -> list[Finding]:
    """Numbers are one sequence across targets, and a migration stands only on what smaller numbers made."""
    findings = []
    numbers: dict[tuple[str, str], str] = {}
    made: dict[tuple[str, str], Migration] = {}
    for path in tree.paths(MIGRATION):
        if not _FILE_NAME.fullmatch(path.rsplit("/", 1)[1]):
            findings.append(Finding(path, 1, "A migration is named NNNN_what_it_makes.sql"))
    for migration in migrations(tree):
        if number := _FILE_NAME.fullmatch(migration.name):
            key = (migration.database, number[1])
            if key in numbers:
                findings.append(Finding(migration.path, 1, f"Number {number[1]} is taken by {numbers[key]}; take the next free one"))
            numbers[key] = migration.path
        for name, line in [*migration.created(), *migration.renamed()]:
            key = (migration.database, name)
            if key in made and not _gone(name, made[key], migration):
                findings.append(Finding(migration.path, line, f"{name} is made by {made[key].path} already"))
            made[key] = migration
        for match in re.finditer(r"\bREFERENCES\s+(\w+)", migration.text, re.IGNORECASE):
            if (migration.database, match[1]) not in made:
                message = f"{match[1]} is not made by a migration with a smaller number"
                findings.append(Finding(migration.path, line_at(migration.text, match.start()), message))
    return findings


def _gone(name: str, made_by: Migration, migration: Migration) -> bool:
    """A rebuild drops a table and gives its name to the new one."""
    drop = re.compile(rf"\b(?:DROP\s+(?:TABLE|INDEX|VIEW)\s+(?:IF\s+EXISTS\s+)?{name}|RENAME\s+TO)\b", re.IGNORECASE)
    return made_by is not migration and drop.search(migration.text) is not None


_NOT_PORTABLE = [
    (r"\bALTER\s+COLUMN\b|\bADD\s+CONSTRAINT\b|\bDROP\s+CONSTRAINT\b|\bVALIDATE\s+CONSTRAINT\b", "SQLite cannot change a table so; rebuild it"),
    (r"\bCREATE\s+(?:TYPE|DOMAIN|SEQUENCE|EXTENSION|FUNCTION|TRIGGER|SCHEMA|MATERIALIZED|VIRTUAL|TEMP)\w*\b", "Only tables, indexes and views are made by migrations"),
    (r"\bCONCURRENTLY\b", "A migration runs in one transaction"),
    (r"(?:^|;)\s*(?:BEGIN|COMMIT|ROLLBACK|PRAGMA|VACUUM)\b", "A migration runs in one transaction that the migrator opens"),
    (r"\bIF\s+(?:NOT\s+)?EXISTS\b", "Migrations are recorded, so they know what exists; leave it out"),
]


def migration_types(tree: Tree) -> list[Finding]:
    """Names and types mean the same on both engines."""
    findings = []
    for migration in migrations(tree):
        for pattern, message in _NOT_PORTABLE:
            for match in re.finditer(pattern, migration.text, re.IGNORECASE):
                findings.append(Finding(migration.path, line_at(migration.text, match.end()), message))
        for name, line in [*migration.created(), *migration.renamed()]:
            findings += [Finding(migration.path, line, message) for message in _wrong_name(name)]
        columns = list(migration.added_columns())
        for table in migration.tables():
            columns += table.columns
            findings += [Finding(migration.path, table.line, message) for message in _wrong_keys(table)]
        for column in columns:
            for message in [*_wrong_name(column.name), *_wrong_column(column)]:
                findings.append(Finding(migration.path, column.line, message))
    return findings


def _wrong_name(name: str) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield f"Write the name {name} in small letters with single underscores"
    if name.lower() in reserved.ALL:
        yield f"{name} is a reserved word on one of the engines; choose another name"
    if name.startswith("is_"):
        yield f"Name the column after what is true: {name[3:]} instead of {name}"
    if len(name) > 63:
        yield f"PostgreSQL cuts names at 63 letters: {name}"


def _wrong_keys(table: Table) -> Iterator[str]:
    """SQLite takes a null in a primary key unless every column of it says NOT NULL."""
    keys = [column for column in table.columns if column.says(r"\bPRIMARY\s+KEY\b")]
    names = {column.name: column for column in table.columns}
    for constraint in table.constraints:
        if match := re.search(r"\bPRIMARY\s+KEY\s*\(([^)]*)\)", constraint, re.IGNORECASE):
            keys += [names[name.strip()] for name in match[1].split(",") if name.strip() in names]
    if not keys:
        yield f"{table.name} has no primary key"
    for column in keys:
        if not column.says(r"\bNOT\s+NULL\b"):
            yield f"{table.name}.{column.name} is part of the key: say NOT NULL, because SQLite takes null there"


def _wrong_column(column: Column) -> Iterator[str]:
    where = f"{column.table}.{column.name}"
    if column.type not in _TYPES:
        yield f"{where}: the types are {', '.join(_TYPES)}; not {column.type or 'none'}"
    if column.name == "id" and not re.match(r"TEXT\s+NOT\s+NULL\s+PRIMARY\s+KEY\b", column.rest, re.IGNORECASE):
        yield f"{where}: write id TEXT NOT NULL PRIMARY KEY"
    if column.name.endswith("_at") and column.type != "BIGINT":
        yield f"{where}: an instant (_at) is BIGINT, milliseconds UTC"
    if column.name.endswith("_on") and column.type != "TEXT":
        yield f"{where}: a day (_on) is TEXT, YYYY-MM-DD"
    if re.fullmatch(r"(?:\w+_)?day", column.name) and column.type != "BIGINT":
        yield f"{where}: a day number (day, from_day) is BIGINT; a day in words is named _on"
    if column.says(r"\bDEFAULT\s*\("):
        yield f"{where}: a default is a constant"
    if column.added and column.says(r"\bNOT\s+NULL\b"):
        if not column.says(r"\bDEFAULT\b"):
            yield f"{where}: an added column that is NOT NULL needs a constant default"
        elif column.says(r"\bREFERENCES\b"):
            yield f"{where}: SQLite adds no column with REFERENCES, NOT NULL and a default; rebuild the table"


def tables_of_modules(tree: Tree) -> dict[str, set[str]]:
    owned: dict[str, set[str]] = {}
    for migration in migrations(tree):
        names = owned.setdefault(migration.module, set())
        names |= {table.name for table in migration.tables()} | {name for name, _ in migration.renamed()}
    return owned


_WRITES = re.compile(
    r"\b(?:INSERT\s+INTO|DELETE\s+FROM|(?<!DO )(?<!FOR )UPDATE(?!\s+SET\b)|ALTER\s+TABLE|DROP\s+TABLE)\s+(\?|\w+)",
    re.IGNORECASE,
)


def table_ownership(tree: Tree) -> list[Finding]:
    """A module writes only the tables that its own migrations make; the audit event is written in Accounts."""
    findings = []
    owned = tables_of_modules(tree)
    owners = {table: module for module, tables in owned.items() for table in tables}
    written = [(statement.path, statement.line, bare(statement.text)) for statement in in_swift(tree)]
    written += [(migration.path, 1, migration.text) for migration in migrations(tree)]
    for path, line, text in written:
        module = module_of(path)
        if module in _FREE:
            continue
        for match in _WRITES.finditer(text):
            table = match[1].lower()
            here = Finding(path, line + line_at(text, match.start()) - 1, "")
            if table == "?":
                findings.append(Finding(path, here.line, "Name the table that is written, so that its owner can be checked"))
            elif table == "event" and module != "Accounts":
                findings.append(Finding(path, here.line, "The audit event is written by Accounts; call its function in the same transaction"))
            elif table not in owned.get(module, set()):
                owner = owners.get(table)
                way = f"it belongs to {owner}; call a function of {owner} in the same transaction" if owner else "no migration makes it"
                findings.append(Finding(path, here.line, f"{module} may not write {table}: {way}"))
    return findings


def _migration(text: str, path: str = "Sources/Registry/Migrations/0002_site.sql") -> dict[str, str]:
    return {path: text}


_SITE = "CREATE TABLE site (id TEXT NOT NULL PRIMARY KEY, opened_at BIGINT NOT NULL, code TEXT NOT NULL CHECK (length(code) <= 12));"
_EVENT = {"Sources/Accounts/Migrations/0001_event.sql": "CREATE TABLE event (id TEXT NOT NULL PRIMARY KEY);"}

CASES = {
    migration_numbers: [
        (_migration(_SITE), None),
        (_migration(_SITE, "Sources/Registry/Migrations/site.sql"), "named NNNN"),
        (_migration(_SITE, "Sources/Registry/Migrations/0002_site.sqlite.sql"), "named NNNN"),
        ({**_migration(_SITE), **_migration("CREATE INDEX a ON b (c);", "Sources/Jobs/Migrations/0002_job.sql")}, "taken"),
        ({**_migration(_SITE), **_migration(_SITE, "Sources/Relay/Migrations/0002_site.sql")}, None),
        ({**_migration(_SITE), **_migration(_SITE, "Sources/Jobs/Migrations/0003_job.sql")}, "already"),
        (_migration("CREATE TABLE a (site_id TEXT NOT NULL PRIMARY KEY REFERENCES site (id));"), "smaller number"),
        ({**_migration(_SITE), **_migration("CREATE TABLE a (site_id TEXT REFERENCES site (id));", "Sources/Jobs/Migrations/0001_job.sql")}, "smaller number"),
        ({**_migration(_SITE), **_migration("CREATE TABLE a (site_id TEXT REFERENCES site (id));", "Sources/Jobs/Migrations/0003_job.sql")}, None),
    ],
    migration_types: [
        (_migration(_SITE), None),
        (_migration("CREATE TABLE a (id TEXT PRIMARY KEY);"), "NOT NULL"),
        (_migration("CREATE TABLE a (id BIGINT NOT NULL PRIMARY KEY);"), "id TEXT NOT NULL PRIMARY KEY"),
        (_migration("CREATE TABLE a (day BIGINT NOT NULL, terminal BIGINT, PRIMARY KEY (day, terminal));"), "part of the key"),
        (_migration("CREATE TABLE a (day BIGINT NOT NULL, terminal BIGINT NOT NULL, PRIMARY KEY (day, terminal)) /*sqlite: WITHOUT ROWID */;"), None),
        (_migration("CREATE TABLE a (name TEXT);"), "primary key"),
        (_migration("CREATE TABLE a (code VARCHAR(12) NOT NULL PRIMARY KEY);"), "types are"),
        (_migration("CREATE TABLE a (n INTEGER NOT NULL PRIMARY KEY);"), "types are"),
        (_migration("CREATE TABLE a (code TEXT NOT NULL PRIMARY KEY, opened_at TEXT);"), "instant"),
        (_migration("CREATE TABLE a (code TEXT NOT NULL PRIMARY KEY, due_on BIGINT);"), "YYYY-MM-DD"),
        (_migration("CREATE TABLE a (code TEXT NOT NULL PRIMARY KEY, from_day TEXT);"), "day number"),
        (_migration('CREATE TABLE a (code TEXT NOT NULL PRIMARY KEY, "order" TEXT);'.replace('"', "")), "reserved"),
        (_migration("CREATE TABLE user (code TEXT NOT NULL PRIMARY KEY);"), "reserved"),
        (_migration("CREATE TABLE a (siteCode TEXT NOT NULL PRIMARY KEY);"), "small letters"),
        (_migration("CREATE TABLE a (code TEXT NOT NULL PRIMARY KEY, is_open BIGINT);"), "what is true"),
        (_migration("CREATE TABLE a (code TEXT NOT NULL PRIMARY KEY, share DOUBLE PRECISION, bits BYTEA NOT NULL);"), None),
        (_migration("ALTER TABLE a ADD COLUMN n BIGINT NOT NULL;"), "default"),
        (_migration("ALTER TABLE a ADD COLUMN n BIGINT NOT NULL DEFAULT 0;"), None),
        (_migration("ALTER TABLE a ALTER COLUMN n SET NOT NULL;"), "rebuild"),
        (_migration("BEGIN; " + _SITE), "one transaction"),
        (_migration("CREATE TABLE IF NOT EXISTS a (code TEXT NOT NULL PRIMARY KEY);"), "leave it out"),
    ],
    table_ownership: [
        ({**_migration(_SITE), "Sources/Registry/A.swift": 'f("UPDATE site SET code = \\(code)")'}, None),
        ({**_migration(_SITE), "Sources/Operations/A.swift": 'f("UPDATE site SET code = \\(code)")'}, "belongs to Registry"),
        ({**_migration(_SITE), "Sources/Operations/A.swift": 'f("INSERT INTO site (id) VALUES (\\(id))")'}, "belongs to Registry"),
        ({**_migration(_SITE), "Sources/Figures/A.swift": 'f("DELETE FROM site")'}, "belongs to Registry"),
        ({**_migration(_SITE), "Sources/Figures/A.swift": 'f("SELECT id FROM site")'}, None),
        ({**_migration(_SITE), "Sources/TestKit/A.swift": 'f("DELETE FROM site")'}, None),
        ({**_migration(_SITE), "Sources/Registry/A.swift": 'f("INSERT INTO site (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET code = 1")'}, None),
        ({**_migration(_SITE), "Sources/Registry/A.swift": 'f("DELETE FROM \\(sql: table)")'}, "Name the table"),
        ({"Sources/Registry/A.swift": 'f("DELETE FROM sites")'}, "no migration"),
        ({**_EVENT, "Sources/Accounts/A.swift": 'f("INSERT INTO event (id) VALUES (1)")'}, None),
        ({**_EVENT, "Sources/Registry/A.swift": 'f("INSERT INTO event (id) VALUES (1)")'}, "audit event"),
        ({**_migration(_SITE), "Sources/Jobs/Migrations/0003_job.sql": "UPDATE site SET code = 1;"}, "belongs to Registry"),
    ],
}
