"""SQL as a text: where it stands in the sources, and small pieces of reading it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

import swift
from tree import Tree, module_of

# A literal is SQL when it begins like a statement or like a part of one. Key words are written in capitals.
_STATEMENT = r"(?:SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|REPLACE|VALUES|PRAGMA)"
_PART = r"(?:FROM|WHERE|AND|OR|(?:LEFT|RIGHT|INNER|CROSS|FULL)(?: OUTER)? JOIN|JOIN|GROUP BY|ORDER BY|HAVING|LIMIT|SET|ON CONFLICT|RETURNING|UNION)"
_SQL = re.compile(rf"(?:\?\s*)*\s*(?:--[^\n]*\n\s*)*\(?\s*(?:{_STATEMENT}|{_PART})\b(?!\s*[:.,!])")
_SMALL_LETTERS = re.compile(r"\s*(?:select\s[^.]*\sfrom\s+\w|insert\s+into\s+\w|delete\s+from\s+\w|update\s+\w+\s+set\s+\w)")

# The engines themselves speak their own dialect: pragmas, catalogues, the migrator's own table.
ENGINE = re.compile(r"Sources/Storage/")


@dataclass(frozen=True)
class Statement:
    path: str
    line: int
    text: str

    @property
    def module(self) -> str:
        return module_of(self.path)


def is_sql(literal: str) -> bool:
    """Whether a literal, with `?` for its interpolations, is a statement or a part of one."""
    return _SQL.match(literal) is not None


def in_swift(tree: Tree) -> Iterator[Statement]:
    for path, text in tree.texts(r"Sources/.*\.swift$"):
        for literal in swift.scan(text).literals:
            if is_sql(literal.text):
                yield Statement(path, literal.line, literal.text)


def in_small_letters(tree: Tree) -> Iterator[Statement]:
    for path, text in tree.texts(r"Sources/.*\.swift$"):
        for literal in swift.scan(text).literals:
            if _SMALL_LETTERS.match(literal.text):
                yield Statement(path, literal.line, literal.text)


def in_migrations(tree: Tree) -> Iterator[Statement]:
    for path, text in tree.texts(r"Sources/[^/]+/Migrations/.*\.sql$"):
        yield Statement(path, 1, text)


_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)


def bare(text: str) -> str:
    """The text without comments and without what stands in quotes, each replaced by blanks of the same length.

    The dialect mark `/*sqlite: … */` is a comment for this purpose: only SQLite runs what it holds.
    """

    def blank(match: re.Match[str]) -> str:
        hidden = re.sub(r"[^\n]", " ", match.group())
        return "'" + hidden[1:-1] + "'" if match.group().startswith("'") else hidden

    return _NOISE.sub(blank, text)


def closing(text: str, opening: int) -> int:
    """Where the parenthesis that opens at `opening` closes; the end of the text if it does not."""
    depth = 0
    for index in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return len(text)


def at_top(text: str, separator: str = ",") -> list[tuple[int, str]]:
    """The pieces between separators that stand in no parenthesis, each with its offset."""
    pieces, depth, start = [], 0, 0
    for index, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == separator and depth == 0:
            pieces.append((start, text[start:index]))
            start = index + 1
    pieces.append((start, text[start:]))
    return pieces
