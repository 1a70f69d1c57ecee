"""The television page runs on a box of ten years ago: ES5, CSS 2.1, small, from its own disk."""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath

from tree import Finding, Tree, line_at

PAGE = "Sources/Terminal/Television/"
BYTES = 30_000
FIRST_VIEW = 4

_SCRIPT = [
    (r"\b(?:let|const)\s+[\w$\[{]", "write var"),
    (r"=>", "write function () {}"),
    (r"`", "join texts with +"),
    (r"\bfetch\s*\(", "write XMLHttpRequest"),
    (r"\bPromise\b|\basync\b|\bawait\b", "pass a function that is called later"),
    (r"\bclass\s+[\w$]+|\bextends\b|\bsuper\b", "write a function and its prototype"),
    (r"\.\.\.", "pass an array"),
    (r"\bfor\s*\([^()]*\bof\b", "count with an index"),
    (r"^\s*(?:import|export)\b", "write one script"),
    (r"\*\*|\?\?|\?\.(?!\d)", "write it out"),
    (r"\bfunction\s*\*|\byield\b|\bSymbol\b|\bnew\s+(?:Map|Set|WeakMap|Proxy)\b", "use objects and arrays"),
    (r"\.(?:includes|startsWith|endsWith|repeat|padStart|padEnd|find|findIndex|flatMap|flat|replaceAll)\s*\(", "use indexOf or a loop"),
    (r"\b(?:Object\.(?:assign|entries|values)|Array\.from|Number\.isInteger|URLSearchParams|IntersectionObserver)\b", "write it out"),
    (r"\b(?:dataset|classList)\b", "use getAttribute and className"),
    (r"\b(?:var|function\s*[\w$]*\s*\()\s*[{\[]", "name each value"),
]
_STYLE = [
    (r"\bdisplay\s*:\s*(?:inline-)?(?:flex|grid)\b|\b(?:flex|grid|gap)(?:-\w+)*\s*:", "use blocks, floats, tables and positions"),
    (r"\bvar\s*\(|(?<![\w-])--[\w-]+\s*:", "write the value"),
    (r"\bcalc\s*\(|\b(?:min|max|clamp)\s*\(", "write the value"),
    (r"\b(?:transform|transition|animation|filter|object-fit|position\s*:\s*sticky)\b(?=\s*[:;}])", "not known to the box"),
    (r"@(?:supports|layer|container|import|font-face)\b", "write plain rules"),
    (r"\d(?:rem|vw|vh|vmin|vmax)\b", "use px, em or %"),
]


def television(tree: Tree) -> list[Finding]:
    """The television page keeps to ES5 and CSS 2.1, 30 kB and four requests for the first view."""
    findings = []
    paths = tree.paths(re.escape(PAGE))
    # What is fetched later, when it is needed, is no part of the first view.
    total = sum(tree.size(path) for path in paths if not path.endswith("/test.js"))
    if total > BYTES:
        findings.append(Finding(PAGE, 1, f"The page has {total} bytes; {BYTES} are the most"))
    for path in paths:
        text = tree.text(path)
        if path.endswith(".js"):
            findings += _check(path, 0, text, text, _SCRIPT, "ES5", _script_without_texts)
        elif path.endswith(".css"):
            findings += _check(path, 0, text, text, _STYLE, "CSS 2.1", _style_without_comments)
        elif path.endswith((".html", ".mustache")):
            findings += _check_page(tree, path, text)
    return findings


def _check_page(tree: Tree, path: str, text: str) -> list[Finding]:
    findings = []
    for block in re.finditer(r"<script\b[^>]*>(.*?)</script>", text, re.DOTALL | re.IGNORECASE):
        findings += _check(path, block.start(1), block[1], text, _SCRIPT, "ES5", _script_without_texts)
        if re.search(r"\btype\s*=\s*[\"']?module", block.group()):
            findings.append(Finding(path, line_at(text, block.start()), "ES5: the box knows no modules"))
    for block in re.finditer(r"<style\b[^>]*>(.*?)</style>|\bstyle\s*=\s*\"([^\"]*)\"", text, re.DOTALL | re.IGNORECASE):
        group = 1 if block[1] is not None else 2
        findings += _check(path, block.start(group), block[group], text, _STYLE, "CSS 2.1", _style_without_comments)
    needed = {path}
    for match in re.finditer(r"<(?:script|link|img|video|source|iframe)\b[^>]*?\b(?:src|href|poster)\s*=\s*[\"']?([^\"'\s>]+)", text, re.IGNORECASE):
        target = match[1]
        if re.match(r"(?:https?:)?//", target):
            findings.append(Finding(path, line_at(text, match.start()), "The page works with the line cut; it fetches nothing from other hosts"))
        elif not target.startswith(("data:", "{{", "#")):
            needed.add(normpath(join(dirname(path), target)))
    if len(needed) > FIRST_VIEW:
        findings.append(Finding(path, 1, f"The first view needs {len(needed)} requests; {FIRST_VIEW} are the most"))
    return findings


def _check(path, offset, part, whole, rules, name, cleaned) -> list[Finding]:
    clean = cleaned(part)
    return [
        Finding(path, line_at(whole, offset) + line_at(clean, match.start()) - 1, f"{name}: {match.group().strip()} is unknown to the box; {way}")
        for pattern, way in rules
        for match in re.finditer(pattern, clean, re.MULTILINE)
    ]


def _blank(pattern: str, text: str) -> str:
    return re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match.group()), text, flags=re.DOTALL)


def _script_without_texts(text: str) -> str:
    return _blank(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", text)


def _style_without_comments(text: str) -> str:
    return _blank(r"/\*.*?\*/|\"[^\"\n]*\"|'[^'\n]*'", text)


def _script(text: str) -> dict[str, str]:
    return {PAGE + "television.js": text}


def _style(text: str) -> dict[str, str]:
    return {PAGE + "television.css": text}


def _html(text: str) -> dict[str, str]:
    return {PAGE + "index.html": text}


CASES = {
    television: [
        (_script('var a = function (b) { return "let it => `be`" + b; }; // const x'), None),
        (_script("let a = 1"), "let a"),
        (_script("const a = 1"), "const a"),
        (_script("f(a => a)"), "=>"),
        (_script("var a = `b`"), "`"),
        (_script('fetch("/x")'), "XMLHttpRequest"),
        (_script("new Promise(f)"), "Promise"),
        (_script("class A {}"), "prototype"),
        (_script("async function f() {}"), "async"),
        (_script("for (var a of b) {}"), "index"),
        (_style("td { float: left; width: 50%; -x-flexible: 1 } /* flex: 1 */"), None),
        (_style("td { display: flex }"), "flex"),
        (_style("td { display: grid }"), "grid"),
        (_style("td { width: calc(1px + 2%) }"), "calc"),
        (_style("td { color: var(--x) }"), "var("),
        (_style("td { transform: none }"), "transform"),
        (_html("<script>let a = 1</script>"), "let a"),
        (_html('<img src="http://example.org/a.png">'), "other hosts"),
        (_html("".join(f'<img src="{n}.png">' for n in range(4))), "5 requests"),
        (_html("".join(f'<img src="{n}.png">' for n in range(3))), None),
        (_script("a" * (BYTES + 1)), "bytes"),
    ],
}
