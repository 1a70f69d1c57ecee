"""One SQL text serves both engines: what may not be written, with what to write instead (docs/sql-subset.md)."""

from __future__ import annotations

import re

from sqltext import ENGINE, Statement, at_top, bare, closing, in_migrations, in_small_letters, in_swift
from tree import Finding, Tree, line_at

FORBIDDEN = [
    (r"\bINSERT\s+OR\b", "INSERT OR … is SQLite's own; write ON CONFLICT"),
    (r"\bREPLACE\s+INTO\b", "REPLACE INTO deletes first; write ON CONFLICT … DO UPDATE"),
    (r"\bDISTINCT\s+ON\b", "DISTINCT ON is PostgreSQL's own; write row_number()"),
    (r"\bLATERAL\b", "LATERAL is PostgreSQL's own; write row_number() or a join"),
    (r"\biif\s*\(", "iif is SQLite's own; write CASE"),
    (r"\b(?:greatest|least)\s*\(", "greatest and least are PostgreSQL's own; write CASE"),
    (r"\b(?:ifnull|nvl)\s*\(", "Write coalesce"),
    (r"\bnow\s*\(|\bCURRENT_(?:TIMESTAMP|DATE|TIME)\b|\bLOCALTIME(?:STAMP)?\b", "The clock is passed in; bind an instant"),
    (
        r"\b(?:date|time|datetime|julianday|unixepoch|strftime|to_char|to_date|to_timestamp|date_trunc|date_part|extract|make_date|age)\s*\(",
        "Dates are computed in Swift; bind the day or the instant",
    ),
    (r"\bINTERVAL\b", "Dates are computed in Swift; bind the day or the instant"),
    (r"\b(?:group_concat|string_agg|array_agg)\s*\(", "Join texts in Swift"),
    (r"\b(?:json|jsonb)_?\w*\s*\(|->", "JSON is a text that Swift reads; give what is searched its own column"),
    (r"\bconcat(?:_ws)?\s*\(", "Write || or join in Swift"),
    (r"\b(?:instr|strpos|position|format|printf|char|chr|ascii|unicode|regexp_\w+|split_part|initcap|lpad|rpad)\s*\(", "This function is not on both engines; compute it in Swift"),
    (r"\bround\s*\(", "The engines round differently; round in Swift"),
    (r"\b(?:random|gen_random_uuid|randomblob|uuid\w*)\s*\(", "Chance and ids are passed in; bind the value"),
    (r"\b(?:last_insert_rowid|changes|nextval|currval|setval)\s*\(|\browid\b|\bctid\b|\boid\b", "Keys are made by the program; use RETURNING"),
    (r"\bAUTOINCREMENT\b|\b(?:BIG|SMALL)?SERIAL\b|\bIDENTITY\b", "Keys are made by the program"),
    (r"\bILIKE\b|\bSIMILAR\s+TO\b|\bREGEXP\b|!?~\*?(?=\s*['?$])", "Fold the text in Swift into a *_key column and use LIKE"),
    (r"\bGLOB\b", "GLOB is SQLite's own; write LIKE or a range"),
    (r"::", "Write CAST(x AS BIGINT)"),
    (r"\bAS\s+(?:INTEGER|INT|INT4|INT8|SMALLINT|REAL|FLOAT|FLOAT8|NUMERIC|DECIMAL|VARCHAR|CHAR|BOOLEAN|BLOB)\s*\)", "Cast to BIGINT, DOUBLE PRECISION, TEXT or BYTEA"),
    (r"\bFOR\s+(?:UPDATE|SHARE|NO\s+KEY)\b|\bSKIP\s+LOCKED\b", "Guard the state inside the UPDATE and use RETURNING"),
    (r"\bLIMIT\s+[^\s,()]+\s*,", "LIMIT a, b is SQLite's own; page by key"),
    (r"\bDELETE\s+FROM\s+\w+(?:\s+AS\s+\w+|\s+(?!WHERE\b|USING\b|RETURNING\b)\w+)?\s+USING\b", "DELETE … USING is PostgreSQL's own; write WHERE id IN (SELECT …)"),
    (r"\bBOOLEAN\b|\bBOOL\b", "Truth is BIGINT 0 or 1 with a CHECK"),
    (r"\bANY\s*\(|\bALL\s*\(|\bARRAY\b|\bunnest\s*\(|\bgenerate_series\s*\(", "Arrays and series are PostgreSQL's own; write IN (…), VALUES or a recursive WITH"),
    (r"\bAS\s+(?:NOT\s+MATERIALIZED\s+|MATERIALIZED\s+)?\(\s*(?:INSERT|UPDATE|DELETE)\b", "A WITH that changes rows is PostgreSQL's own; write two statements"),
    (r"\bSTRICT\b|\bWITHOUT\s+ROWID\b", "Only SQLite knows this; put it into /*sqlite: … */"),
    (r"\bINDEXED\s+BY\b|\bNOT\s+INDEXED\b|\bCOLLATE\b", "Order and equality are those of bytes on both engines; leave it out"),
    (r"\bx'|\be'", "Blobs and odd characters are bound, not written"),
    (r"[\"`]", "Names need no quotes and texts take single ones; choose a name that is not reserved"),
    (r"\bIS\s+(?:NOT\s+)?(?:TRUE|FALSE|UNKNOWN)\b", "Truth is BIGINT 0 or 1; compare with a number"),
]
_FORBIDDEN = [(re.compile(pattern, re.IGNORECASE), message) for pattern, message in FORBIDDEN]


def sql_subset(tree: Tree) -> list[Finding]:
    """SQL in the sources and in the migrations keeps to what both engines answer alike."""
    findings = [
        Finding(statement.path, statement.line, "Write SQL key words in capitals, so that the lints see the statement")
        for statement in in_small_letters(tree)
    ]
    for statement in [*in_swift(tree), *in_migrations(tree)]:
        if not ENGINE.match(statement.path):
            findings += _check(statement)
    return findings


def _check(statement: Statement) -> list[Finding]:
    text = bare(statement.text)
    found = [(match.start(), message) for pattern, message in _FORBIDDEN for match in pattern.finditer(text)]
    for rule in (_truth_literals, _two_argument_extremes, _named_values, _unguarded_upsert):
        found += rule(text)
    return [Finding(statement.path, statement.line + line_at(text, offset) - 1, message) for offset, message in found]


def _truth_literals(text: str) -> list[tuple[int, str]]:
    """`WHERE TRUE` stands before ON CONFLICT in INSERT … SELECT and nowhere else."""
    found = []
    for match in re.finditer(r"\b(?:TRUE|FALSE)\b", text, re.IGNORECASE):
        before, after = text[: match.start()], text[match.end() :]
        if re.search(r"\bIS\s+(?:NOT\s+)?$", before, re.IGNORECASE):
            continue  # said by its own rule
        if not (re.search(r"\bWHERE\s+$", before, re.IGNORECASE) and re.match(r"\s*ON\s+CONFLICT\b", after, re.IGNORECASE)):
            found.append((match.start(), "Truth is BIGINT 0 or 1; TRUE stands only in WHERE TRUE before ON CONFLICT"))
    return found


def _two_argument_extremes(text: str) -> list[tuple[int, str]]:
    found = []
    for match in re.finditer(r"\b(?:min|max)\s*\(", text, re.IGNORECASE):
        inside = text[match.end() : closing(text, match.end() - 1)]
        if len(at_top(inside)) > 1:
            found.append((match.start(), "min and max of two values are SQLite's own; write CASE"))
    return found


def _named_values(text: str) -> list[tuple[int, str]]:
    found = []
    for match in re.finditer(r"\(\s*VALUES\b", text, re.IGNORECASE):
        if re.match(r"\)\s*AS\s+\w+\s*\(", text[closing(text, match.start()) :], re.IGNORECASE):
            found.append((match.start(), "(VALUES …) AS v(a, b) is PostgreSQL's own; write WITH v(a, b) AS (VALUES …)"))
    return found


def _unguarded_upsert(text: str) -> list[tuple[int, str]]:
    """SQLite reads `… FROM t ON CONFLICT` as the condition of a join."""
    found = []
    for match in re.finditer(r"\bON\s+CONFLICT\b", text, re.IGNORECASE):
        before = text[: match.start()]
        begin = max((insert.start() for insert in re.finditer(r"\bINSERT\b", before, re.IGNORECASE)), default=0)
        before = before[begin:]
        select = re.search(r"\bSELECT\b", before, re.IGNORECASE)
        if select and not re.search(r"\b(?:WHERE|GROUP\s+BY|ORDER\s+BY)\b", before[select.end() :], re.IGNORECASE):
            found.append((match.start(), "INSERT … SELECT needs WHERE TRUE before ON CONFLICT"))
    return found


def _query(text: str, path: str = "Sources/Registry/SiteQueries.swift") -> dict[str, str]:
    return {path: f'let sql: SQL = """\n    {text}\n    """\n'}


CASES = {
    sql_subset: [
        (_query("INSERT OR IGNORE INTO site (id) VALUES (\\(id))"), "ON CONFLICT"),
        (_query("REPLACE INTO site (id) VALUES (\\(id))"), "REPLACE"),
        (_query("SELECT DISTINCT ON (id) id FROM site"), "row_number"),
        (_query("SELECT DISTINCT id FROM site"), None),
        (_query("SELECT iif(a > 1, 1, 2) FROM site"), "CASE"),
        (_query("SELECT greatest(a, b) FROM site"), "CASE"),
        (_query("SELECT id FROM site WHERE opened_at < now()"), "clock"),
        (_query("SELECT CURRENT_TIMESTAMP"), "clock"),
        (_query("SELECT strftime('%Y', opened_at) FROM site"), "Dates"),
        (_query("SELECT due_date, to_char(a, 'YYYY') FROM site"), "Dates"),
        (_query("SELECT due_date (a) FROM site"), None),
        (_query("SELECT group_concat(name) FROM site"), "Join"),
        (_query("SELECT string_agg(name, ',') FROM site"), "Join"),
        (_query("SELECT id FROM site WHERE open = TRUE"), "BIGINT 0 or 1"),
        (_query("INSERT INTO a (id) SELECT id FROM b WHERE TRUE ON CONFLICT (id) DO NOTHING"), None),
        (_query("INSERT INTO a (id) SELECT id FROM b ON CONFLICT (id) DO NOTHING"), "WHERE TRUE"),
        (_query("INSERT INTO a (id) VALUES (\\(id)) ON CONFLICT (id) DO NOTHING"), None),
        (_query("SELECT name FROM site WHERE name ILIKE \\(x)"), "LIKE"),
        (_query("SELECT name FROM site WHERE name LIKE \\(x) ESCAPE '!'"), None),
        (_query("SELECT name FROM site WHERE name GLOB \\(x)"), "GLOB"),
        (_query("SELECT sum(n)::bigint FROM site"), "CAST"),
        (_query("SELECT CAST(sum(n) AS BIGINT) FROM site"), None),
        (_query("SELECT CAST(sum(n) AS INTEGER) FROM site"), "Cast to BIGINT"),
        (_query("SELECT id FROM job WHERE state = 'ready' FOR UPDATE"), "UPDATE"),
        (_query("SELECT id FROM job ORDER BY id LIMIT \\(a), \\(b)"), "LIMIT"),
        (_query("SELECT id FROM job ORDER BY id LIMIT \\(a)"), None),
        (_query("DELETE FROM a USING b WHERE a.id = b.id"), "USING"),
        (_query("SELECT a.id FROM a JOIN b USING (id)"), None),
        (_query("SELECT max(a, b) FROM t"), "two values"),
        (_query("SELECT max(coalesce(a, b)) FROM t"), None),
        (_query("WITH gone AS (DELETE FROM a RETURNING id) SELECT id FROM gone"), "two statements"),
        (_query("WITH v(a, b) AS (VALUES (1, 2)) SELECT a FROM v"), None),
        (_query("SELECT a FROM (VALUES (1, 2)) AS v(a, b)"), "WITH v"),
        (_query('SELECT "name" FROM site'), "quotes"),
        (_query("SELECT name FROM site WHERE kind = 'now() \"TRUE\"'"), None),
        (_query("SELECT name FROM site -- now()\n    WHERE id = 1"), None),
        (_query("select name from site"), "capitals"),
        ({"Sources/Registry/A.swift": 'f("AND opened_at < now()")'}, "clock"),
        ({"Sources/Registry/A.swift": 'f("\\(sql: sites) ORDER BY code LIMIT \\(a), \\(b)")'}, "LIMIT"),
        ({"Sources/Registry/A.swift": 'f("Select a site, then press OK: now()")'}, None),
        ({"Sources/Registry/A.swift": 'f("UPDATE: a new version (now())")'}, None),
        ({"Sources/Storage/PostgreSQL/Catalogue.swift": 'f("SELECT now()")'}, None),
        ({"Sources/Registry/Migrations/0002_site.sql": "CREATE TABLE a (open BOOLEAN NOT NULL);"}, "BIGINT 0 or 1"),
        ({"Sources/Registry/Migrations/0002_site.sql": "CREATE TABLE a (id BIGINT PRIMARY KEY AUTOINCREMENT);"}, "Keys"),
        ({"Sources/Registry/Migrations/0002_site.sql": "CREATE TABLE a (id BIGSERIAL PRIMARY KEY);"}, "Keys"),
        ({"Sources/Registry/Migrations/0002_site.sql": "CREATE TABLE a (day BIGINT NOT NULL) WITHOUT ROWID;"}, "/*sqlite"),
        ({"Sources/Registry/Migrations/0002_site.sql": "CREATE TABLE a (day BIGINT NOT NULL) /*sqlite: WITHOUT ROWID */;"}, None),
    ],
}
