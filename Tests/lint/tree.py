"""The files that lints look at, by their path from the top of the repository.

A tree is either read from disk or made from a dictionary, so that each lint can be shown to fail without touching a file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

READ = ("Sources", "Tests", "docs", "Package.swift")
SKIPPED = {".gitkeep", ".DS_Store"}


@dataclass(frozen=True, order=True)
class Finding:
    """One place that breaks a rule; the message names the thing and the way out."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class Tree:
    def __init__(self, files: dict[str, str | bytes]):
        self._bytes = {path: text.encode() if isinstance(text, str) else text for path, text in sorted(files.items())}

    @staticmethod
    def read(top: Path, others: dict[str, Path] | None = None) -> Tree:
        """What stands below `top`, and files from elsewhere under names of their own; those that are missing are left out."""
        files: dict[str, str | bytes] = {name: path.read_bytes() for name, path in (others or {}).items() if path.is_file()}
        for name in READ:
            start = top / name
            for path in [start] if start.is_file() else sorted(start.rglob("*")):
                if path.is_file() and path.name not in SKIPPED:
                    files[path.relative_to(top).as_posix()] = path.read_bytes()
        return Tree(files)

    def paths(self, pattern: str) -> list[str]:
        """Every path that the regular expression matches from its start."""
        return [path for path in self._bytes if re.match(pattern, path)]

    def text(self, path: str) -> str:
        return self._bytes[path].decode("utf-8", errors="replace")

    def size(self, path: str) -> int:
        return len(self._bytes[path])

    def texts(self, pattern: str) -> Iterator[tuple[str, str]]:
        for path in self.paths(pattern):
            yield path, self.text(path)

    def __contains__(self, path: str) -> bool:
        return path in self._bytes


def line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def module_of(path: str) -> str:
    """`Storage` of `Sources/Storage/SQL.swift`."""
    return path.split("/")[1]
