"""A scanner for Swift source that knows just enough: comments, string literals with interpolations, regex literals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Literal:
    """A string literal: its text with every interpolation written as `?`, and where it begins."""

    start: int
    line: int
    text: str
    multiline: bool
    interpolations: tuple[str, ...]


@dataclass(frozen=True)
class Comment:
    line: int
    text: str


@dataclass(frozen=True)
class Source:
    """`code` is as long as the source; comments and the text of literals are blanks, line breaks and interpolated code are kept."""

    code: str
    literals: tuple[Literal, ...]
    comments: tuple[Comment, ...]

    def literal(self, start: int) -> str:
        """The text of the literal that begins at a place; nothing if none does."""
        return next((literal.text for literal in self.literals if literal.start == start), "")


@dataclass(frozen=True)
class Function:
    """What `#function` names: a function, an initialiser, a computed property. It reaches from its name to the brace that closes its body."""

    name: str
    start: int
    body: int  # the brace that opens the body
    end: int

    def holds(self, offset: int) -> bool:
        return self.body < offset < self.end


_DECLARATION = re.compile(r"\bfunc\s+`?(\w+)`?\s*(?=[<(])|\b(init|subscript)\b[?!]?\s*(?=[<(])|\bvar\s+`?(\w+)`?\s*:[^={}\n]*(?=\{)")
_CLOSES = {"(": ")", "{": "}", "[": "]"}


@lru_cache(maxsize=None)
def functions(code: str) -> tuple[Function, ...]:
    """Every function with a body, outer ones first; `code` is that of a scanned source."""
    found = []
    for match in _DECLARATION.finditer(code):
        name, body = match[1] or match[2] or match[3], match.end()
        if not match[3]:
            opening = code.find("(", _after_generics(code, match.end()))
            end = closing(code, opening) if opening >= 0 else len(code)
            # Up to the body, a result type and a where clause hold no brace and no other declaration.
            body = code.find("{", end)
            if body < 0 or re.search(r"\b(?:func|init|var|let|case)\b|[};]", code[end:body]):
                continue  # a call of an initialiser, a requirement of a protocol
            name += "(" + "".join(_label(piece) + ":" for piece in _parameters(code[opening + 1 : end])) + ")"
        found.append(Function(name, match.start(), body, closing(code, body)))
    return tuple(found)


def enclosing(code: str, offset: int) -> Function | None:
    """The innermost function around a place; closures belong to the function they stand in."""
    return max((function for function in functions(code) if function.holds(offset)), key=lambda function: function.body, default=None)


def closing(code: str, opening: int) -> int:
    """Where the bracket that opens at `opening` closes; the end of the code if it does not."""
    begin, end, depth = code[opening], _CLOSES[code[opening]], 0
    for index in range(opening, len(code)):
        depth += (code[index] == begin) - (code[index] == end)
        if depth == 0:
            return index
    return len(code)


def _after_generics(code: str, index: int) -> int:
    depth = 0
    for index in range(index, len(code)):
        depth += (code[index] == "<") - (code[index] == ">" and code[index - 1] != "-")
        if depth == 0:
            break
    return index


def _parameters(inside: str) -> list[str]:
    pieces, depth, start = [], 0, 0
    inside = inside.replace("->", "  ")
    for index, character in enumerate(inside):
        depth += (character in "([{<") - (character in ")]}>")
        if character == "," and depth == 0:
            pieces.append(inside[start:index])
            start = index + 1
    pieces.append(inside[start:])
    return [piece for piece in pieces if piece.strip()]


def _label(parameter: str) -> str:
    word = re.match(r"(?:\s*@\w+(?:\([^)]*\))?)*\s*`?(\w+)", parameter)
    return word[1] if word else "_"


@lru_cache(maxsize=None)
def scan(text: str) -> Source:
    scanner = _Scanner(text)
    scanner.scan_code(0, until_parenthesis=False)
    return Source("".join(scanner.code), tuple(sorted(scanner.literals, key=lambda literal: literal.start)), tuple(scanner.comments))


_QUOTE = re.compile(r'(#*)("""|")')
_EXTENDED_REGEX = re.compile(r"(#+)/")
# A bare regex literal stands where an expression begins, and does not begin with a blank.
_BARE_REGEX = re.compile(r"/(?![\s/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/")
_BEFORE_EXPRESSION = re.compile(r"(?:^|[=(,:\[{]|\breturn|\bin)[ \t]*$")


class _Scanner:
    def __init__(self, text: str):
        self.text = text
        self.code = list(text)
        self.literals: list[Literal] = []
        self.comments: list[Comment] = []

    def blank(self, start: int, end: int) -> None:
        for index in range(start, min(end, len(self.code))):
            if self.code[index] != "\n":
                self.code[index] = " "

    def scan_code(self, index: int, until_parenthesis: bool) -> int:
        """Goes on to the end of the text, or past the parenthesis that closes the interpolation it began in."""
        text, depth = self.text, 0
        while index < len(text):
            character = text[index]
            if text.startswith("//", index):
                end = text.find("\n", index)
                index = self.note_comment(index, len(text) if end < 0 else end)
            elif text.startswith("/*", index):
                index = self.note_comment(index, self.end_of_comment(index))
            elif quote := _QUOTE.match(text, index):
                index = self.scan_literal(index, quote.group(1), quote.group(2))
            elif extended := _EXTENDED_REGEX.match(text, index):
                end = text.find("/" + extended.group(1), extended.end())
                end = len(text) if end < 0 else end + 1 + len(extended.group(1))
                self.blank(index, end)
                index = end
            elif character == "/" and (regex := self.bare_regex(index)):
                self.blank(index, regex.end())
                index = regex.end()
            else:
                if character == "(":
                    depth += 1
                elif character == ")":
                    if until_parenthesis and depth == 0:
                        return index + 1
                    depth -= 1
                index += 1
        return index

    def note_comment(self, start: int, end: int) -> int:
        self.comments.append(Comment(self.text.count("\n", 0, start) + 1, self.text[start:end]))
        self.blank(start, end)
        return end

    def bare_regex(self, index: int) -> re.Match[str] | None:
        before = self.text[self.text.rfind("\n", 0, index) + 1 : index]
        return _BARE_REGEX.match(self.text, index) if _BEFORE_EXPRESSION.search(before) else None

    def end_of_comment(self, index: int) -> int:
        depth = 0
        for mark in re.finditer(r"/\*|\*/", self.text[index:]):
            depth += 1 if mark.group() == "/*" else -1
            if depth == 0:
                return index + mark.end()
        return len(self.text)

    def scan_literal(self, start: int, hashes: str, quote: str) -> int:
        text = self.text
        escape, end_mark = "\\" + hashes, quote + hashes
        index = start + len(hashes) + len(quote)
        parts: list[str] = []
        interpolations: list[str] = []
        piece = index
        while index < len(text):
            if text.startswith(end_mark, index):
                break
            if quote == '"' and text[index] == "\n":
                break  # an unfinished literal: the compiler will say so
            if text.startswith(escape + "(", index):
                parts.append(text[piece:index])
                self.blank(piece, index + len(escape) + 1)
                inner = index + len(escape) + 1
                index = self.scan_code(inner, until_parenthesis=True)
                interpolations.append(text[inner : index - 1])
                self.blank(index - 1, index)
                # Line breaks inside an interpolation stay, so that lines can be counted.
                parts.append("?" + "\n" * text.count("\n", inner, index))
                piece = index
            elif text.startswith(escape, index):
                index += len(escape) + 1
            else:
                index += 1
        parts.append(text[piece:index])
        self.blank(piece, index)
        end = min(index + len(end_mark), len(text))
        self.blank(start, start + len(hashes) + len(quote))
        self.blank(index, end)
        # The quotes stay visible as one pair, so that `f("x")` and `f()` remain different code.
        if end > start + 1:
            self.code[start], self.code[end - 1] = '"', '"'
        self.literals.append(Literal(start, text.count("\n", 0, start) + 1, "".join(parts), quote == '"""', tuple(interpolations)))
        return end
