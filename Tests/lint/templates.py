"""Templates and the two catalogues of words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Iterator

import imports
import swift
from tree import Finding, Tree, line_at

TEMPLATES = r"Sources/.*\.mustache$"
# Beside the features of a target; the house's own in Sources/Web.
WORDS = r"Sources/[A-Z]\w*/Words/"
LANGUAGES = ("zh-Hans", "en")

# [[key]]: words that are put in when the templates are loaded (Sources/Web/Pages.swift).
_KEY_IN_TEMPLATE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_PLACE = re.compile(r"\{\w*\}|%(?:\d\$)?[@ds]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_HALF_WIDTH = re.compile(rf"(?<={_HAN.pattern})[,:;?!()]|[,:;?!()](?={_HAN.pattern})")
# Words that are the same in every language.
_SAME_EVERYWHERE = {"CSV", "XLSX", "PDF", "DOCX", "JSON", "SHA-256", "HLS", "MP4", "kB", "MB", "GB", "kbit", "px", "ID", "English", "UTC"}


@dataclass(frozen=True)
class Words:
    path: str
    line: int
    text: str


def catalogues(tree: Tree) -> list[Finding]:
    """Both catalogues have the same topics, and in each the same keys: flat, complete, in their own language, each key in one topic."""
    findings: list[Finding] = []
    for path in tree.paths(WORDS):
        if not re.fullmatch(rf"{WORDS}(?:{'|'.join(LANGUAGES)})/[a-z0-9_]+\.json", path):
            findings.append(Finding(path, 1, f"A catalogue is Words/<{' or '.join(LANGUAGES)}>/<topic>.json of a target"))
    read = {language: _read(tree, language, findings) for language in LANGUAGES}
    for language in LANGUAGES:
        for other in LANGUAGES:
            if language == other:
                continue
            for path in _files(tree, other):
                here = path.replace(f"/{other}/", f"/{language}/")
                if here not in tree:
                    findings.append(Finding(here, 1, f"This file is missing; {path} is there"))
            for key, words in read[other].items():
                here = words.path.replace(f"/{other}/", f"/{language}/")
                if key not in read[language]:
                    findings.append(Finding(here, 1, f"{key} has no words in this language"))
                elif read[language][key].path != here:
                    findings.append(Finding(read[language][key].path, read[language][key].line, f"{key} stands in {words.path} in the other language"))
        for key, words in read[language].items():
            if not words.text.strip():
                findings.append(Finding(words.path, words.line, f"{key} is empty"))
            if language == "zh-Hans" and _HALF_WIDTH.search(words.text):
                findings.append(Finding(words.path, words.line, f"{key} has half-width punctuation beside Chinese; write ，：；？！（）"))
            if language == "en" and not key.startswith("language.") and _HAN.search(words.text):
                findings.append(Finding(words.path, words.line, f"{key} holds Han characters on an English page"))
            if "{{" in words.text or "[[" in words.text:
                findings.append(Finding(words.path, words.line, f"{key} holds a mark of templates, which would be read as one"))
            other = read[LANGUAGES[0]].get(key)
            if other and set(_PLACE.findall(words.text)) != set(_PLACE.findall(other.text)):
                findings.append(Finding(words.path, words.line, f"{key} fills in other values here than in the other language"))
    return findings


def _files(tree: Tree, language: str) -> list[str]:
    return tree.paths(rf"{WORDS}{language}/[^/]+\.json$")


def _read(tree: Tree, language: str, findings: list[Finding]) -> dict[str, Words]:
    """All words of a language: flat JSON objects of texts, each key once; says what else is there."""
    found: dict[str, Words] = {}
    for path in _files(tree, language):
        text = tree.text(path)
        try:
            pairs = json.loads(text, object_pairs_hook=list)
        except json.JSONDecodeError as error:
            findings.append(Finding(path, error.lineno, f"This is no JSON: {error.msg}"))
            continue
        # An object is a list of pairs here, so that a key that stands twice is seen.
        if not text.lstrip().startswith("{"):
            findings.append(Finding(path, 1, "A catalogue is a flat JSON object of texts"))
            continue
        for key, words in pairs:
            line = line_at(text, max(0, text.find(json.dumps(key, ensure_ascii=False))))
            if not isinstance(words, str):
                findings.append(Finding(path, line, f"{key} is no text; a catalogue is a flat JSON object of texts"))
            elif key in found:
                where = "here twice" if found[key].path == path else f"in {found[key].path} too; a key stands in one topic"
                findings.append(Finding(path, line, f"{key} stands {where}"))
            else:
                found[key] = Words(path, line, words)
    return found


def word_keys(tree: Tree) -> list[Finding]:
    """Every key that a template or the code names has words."""
    known = _read(tree, LANGUAGES[0], [])
    if not known:
        return []
    findings = []
    for path, text in tree.texts(TEMPLATES):
        for match in _KEY_IN_TEMPLATE.finditer(text):
            line = line_at(text, match.start())
            if match[1] not in known:
                findings.append(Finding(path, line, f"{match[1]} has no words in the catalogues"))
            # A script fills in what a data attribute hands to it.
            elif _PLACE.search(known[match[1]].text) and not re.search(r"\sdata-[\w-]+=\"$", text[: match.start()]):
                findings.append(Finding(path, line, f"{match[1]} fills in values, which a template cannot; put its words together in code"))
        if "[[" in _KEY_IN_TEMPLATE.sub("", text):
            findings.append(Finding(path, line_at(text, text.rfind("[[")), "[[ has no ]]"))
    topics = {key.split(".")[0] for key in known if "." in key}
    # Keys are also made at run time from a beginning, `refusal.` and the code, or from an end; the page tests see the rest.
    parts = {".".join(part) for key in known for part in _runs(key.split("."))}
    for path, text in tree.texts(r"Sources/(?!Storage/|Terminal/|Edge/|Relay/|Simulator/|yuanjiao/).*\.swift$"):
        source = swift.scan(text)
        invalid = [range(match.end(), swift.closing(source.code, match.end() - 1)) for match in _INVALID.finditer(source.code)]
        for literal in source.literals:
            before = source.code[max(0, literal.start - 80) : literal.start]
            looks = _KEY.fullmatch(literal.text)
            if refusal := _REFUSAL.search(before):
                key = ("refusal.not_found." if refusal[1] == "notFound" else "refusal.") + literal.text
                if "?" not in key and key not in known:
                    findings.append(Finding(path, literal.line, f"{key} has no words in the catalogues"))
            elif looks and any(literal.start in place for place in invalid):
                if f"refusal.{literal.text}" not in known:
                    findings.append(Finding(path, literal.line, f"refusal.{literal.text} has no words in the catalogues"))
            # Only a text that begins like a key of the catalogue is one; the kinds of the audit log have words of their own.
            elif _AUDIT.search(before):
                if f"event.{literal.text}" not in known:
                    findings.append(Finding(path, literal.line, f"event.{literal.text} has no words in the catalogues"))
            elif looks and looks[1] in topics and literal.text not in parts and not _is_file_name(literal.text):
                findings.append(Finding(path, literal.line, f"{literal.text} has no words in the catalogues"))
    return findings


def unused_words(tree: Tree) -> list[Finding]:
    """Every word of the catalogues is named by a template or by code: as a whole, or put together of parts that stand there."""
    known = _read(tree, LANGUAGES[0], [])
    named = {match[1] for _, text in tree.texts(TEMPLATES) for match in _KEY_IN_TEMPLATE.finditer(text)}
    parts, whole = set(), set()
    for _, text in tree.texts(r"Sources/.*\.swift$"):
        parts |= set(re.findall(r"\w+", text))
        for literal in swift.scan(text).literals:
            whole |= {literal.text, *re.findall(r"[\w.-]+", literal.text)}
        # The words of a choice stand behind the name of its topic.
        whole |= {f"{topic}.?" for topic in re.findall(r'words: "([\w.]+)"', text)}
    # An ending that is put behind something.
    made = {text for text in whole if "?" in text} | {f"?{text}" for text in whole if text.startswith("_")}
    patterns = [re.compile(r"([\w.-]+)".join(map(re.escape, text.split("?")))) for text in made if re.fullmatch(r"[\w.?-]*\w[\w.?-]*\w[\w.?-]*", text)]

    def is_said(key: str, depth: int = 0) -> bool:
        first, *rest = key.split("_")
        if key in whole or key in parts or first + "".join(word.capitalize() for word in rest) in parts:
            return True
        matches = (pattern.fullmatch(key) for pattern in patterns) if depth < 3 else ()
        return any(match and all(is_said(part, depth + 1) for part in match.groups()) for match in matches)

    return [Finding(words.path, words.line, f"Nobody says {key}; remove its words") for key, words in known.items() if key not in named and not is_said(key)]


def words_in_reach(tree: Tree) -> list[Finding]:
    """A target says only words that stand beside itself or in a target that it may import, so that each can be loaded without those above it."""
    known = _read(tree, LANGUAGES[0], [])
    targets = imports.targets(tree.text(imports.MANIFEST)) if imports.MANIFEST in tree else {}
    findings = []
    for path, text in [*tree.texts(TEMPLATES), *tree.texts(r"Sources/.*\.swift$")]:
        target = path.split("/")[1]
        reach = {target, *imports.allowed(targets, target, transitive=True)}
        if "Web" not in reach:
            continue
        if path.endswith(".mustache"):
            said = [(match[1], match.start()) for match in _KEY_IN_TEMPLATE.finditer(text)]
        else:
            said = [(literal.text, literal.start) for literal in swift.scan(text).literals]
        for key, start in said:
            # A kind of event, incident or refusal may be called like a key.
            if key not in known or any(f"{kind}.{key}" in known for kind in ("event", "incident", "refusal")):
                continue
            if (home := known[key].path.split("/")[1]) not in reach:
                findings.append(Finding(path, line_at(text, start), f"{key} stands beside {home}, which {target} may not import; put it into Sources/Web or beside {target}"))
    return findings


def _runs(words: list[str]) -> Iterator[list[str]]:
    return (words[start:end] for start in range(len(words)) for end in range(start + 1, len(words) + 1))


_KEY = re.compile(r"([a-z][A-Za-z0-9_]*)(?:\.[A-Za-z0-9_]+)+")
# How codes of refusals are said in code (Sources/Basics/Refusal.swift); their words are those of `refusal.` and the code.
_REFUSAL = re.compile(r"\.(notFound|forbidden|conflict|tooLarge)\(\s*$")
_INVALID = re.compile(r"\bRefusal\s*\.\s*invalid\(")
_AUDIT = re.compile(r"(?<![\w`])record\(\s*$")


def _is_file_name(text: str) -> bool:
    return text.rsplit(".", 1)[1] in {"csv", "json", "html", "css", "js", "svg", "png", "mp4", "m3u8", "ts", "ndjson", "sql", "mustache", "txt", "zip"}


def content_security(tree: Tree) -> list[Finding]:
    """Templates hold no inline script, handler or style: the content security policy refuses them."""
    rules = [
        (r"<script\b(?![^>]*\bsrc\s*=)[^>]*>", "Put the script into Sources/Web/Static"),
        (r"<script\b[^>]*\bsrc\s*=[^>]*>\s*[^\s<]", "A script with src holds no text of its own"),
        (r"<style\b", "Put the style into Sources/Web/Static"),
        (r"<[a-zA-Z][^<>]*\son[a-z]+\s*=", "Put the handler into a script of Sources/Web/Static"),
        (r"<[a-zA-Z][^<>]*\sstyle\s*=", "Write a class; its style stands in Sources/Web/Static"),
        (r"\b(?:href|src|action)\s*=\s*[\"']?\s*javascript:", "Put the script into Sources/Web/Static"),
        (r"\b(?:src|href)\s*=\s*[\"']?\s*(?:https?:)?//", "Pages fetch nothing from other hosts"),
        (r"\{\{&", "Write {{{…}}} for unescaped text, so that it is seen"),
    ]
    findings = []
    for path, text in tree.texts(TEMPLATES):
        for pattern, message in rules:
            # An edition's page stands on its own for years; it is served with a policy that lets it bring its style along.
            if pattern.startswith("<style") and re.search(r"/edition_\d+\.mustache$", path):
                continue
            for match in re.finditer(pattern, text, re.IGNORECASE):
                findings.append(Finding(path, line_at(text, match.start()), message))
        for match in re.finditer(r"\{\{\{\s*([^{}]*?)\s*\}\}\}|\{\{\{", text):
            if not (re.fullmatch(r"[\w.]*SVG", match[1] or "") or match[1] == "content" and path in _FRAMES):
                message = "Unescaped text reaches the page; only the content of the frame and pictures of our own, named …SVG, may"
                findings.append(Finding(path, line_at(text, match.start()), message))
    return findings


_FRAMES = ("Sources/Web/Templates/frame.mustache", "Sources/Web/Templates/frame_print.mustache")


def template_words(tree: Tree) -> list[Finding]:
    """What people read in a template comes from the catalogues."""
    findings = []
    for path, text in tree.texts(TEMPLATES):
        # A page that stands on its own brings its style sheet along, which names fonts.
        text = _blank(r"<style>.*?</style>", text)
        for match in _HAN.finditer(text):
            findings.append(Finding(path, line_at(text, match.start()), "Put the words into the catalogues and name their key"))
        visible = _blank(r"\{\{!.*?\}\}|<!--.*?-->", text)
        visible = _blank(_KEY_IN_TEMPLATE.pattern, visible)
        visible = _blank(r"\{\{\{.*?\}\}\}|\{\{.*?\}\}", visible)
        for label in re.finditer(r"\b(?:title|alt|placeholder|aria-label|summary)\s*=\s*\"([^\"]*)\"", visible):
            findings += _readable(path, text, label.start(1), label[1])
        visible = _blank(r"<[!/a-zA-Z][^<>]*>|&#?\w+;", visible)
        findings += _readable(path, text, 0, visible)
    return findings


def _blank(pattern: str, text: str) -> str:
    return re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match.group()), text, flags=re.DOTALL)


def _readable(path: str, text: str, offset: int, visible: str) -> list[Finding]:
    return [
        Finding(path, line_at(text, offset + word.start()), f"“{word.group()}” is read by people; put it into the catalogues")
        for word in re.finditer(r"[A-Za-z][A-Za-z0-9-]+", visible)
        if word.group() not in _SAME_EVERYWHERE
    ]


def _page(text: str) -> dict[str, str]:
    return {"Sources/Registry/Templates/site.mustache": text}


_HERE = "Sources/Registry/Words/"


def _words(chinese: str, english: str, topic: str = "site") -> dict[str, str]:
    return {f"{_HERE}zh-Hans/{topic}.json": chinese, f"{_HERE}en/{topic}.json": english}


_GOOD = _words(
    '{"site.title": "站点", "event.site.opened": "启用", "site.count": "{n} 个", "refusal.site.closed": "站点已停用", "refusal.not_found.site": "没有"}',
    '{"site.title": "Site", "event.site.opened": "Opened", "site.count": "{n} sites", "refusal.site.closed": "The site is closed", "refusal.not_found.site": "None"}',
)


_MANIFEST = {
    imports.MANIFEST: '.target(name: "Web", dependencies: []), .target(name: "Registry", dependencies: ["Web"]), .target(name: "Content", dependencies: ["Registry"])'
}


def _code(text: str) -> dict[str, str]:
    return {**_GOOD, "Sources/Registry/SitePages.swift": text}


CASES = {
    catalogues: [
        (_GOOD, None),
        ({**_GOOD, **_words('{"area.title": "区域"}', '{"area.title": "Area"}', "area")}, None),
        (_words('{"site.title": "站点"}', "{}"), "en/site.json:1: site.title has no words in this language"),
        (_words("{}", '{"site.title": "Site"}'), "zh-Hans/site.json:1: site.title has no words in this language"),
        (_words('{"site.title": "站点"}', '{"site.title": "Site 站"}'), "Han"),
        (_words('{"language.zh": "中文"}', '{"language.zh": "中文"}'), None),
        (_words('{"site.title": "站点,共"}', '{"site.title": "Sites"}'), "half-width"),
        (_words('{\n"site.title": ""}', '{"site.title": "Site"}'), "zh-Hans/site.json:2: site.title is empty"),
        (_words('{"site.title": {"a": "站点"}}', '{"site.title": "Site"}'), "no text"),
        (_words('{"site.title": "站点", "site.title": "站"}', '{"site.title": "Site"}'), "here twice"),
        (_words('{"site.title": "{n} 个"}', '{"site.title": "Sites"}'), "other values"),
        (_words('{"site.title": "{{n}} 个"}', '{"site.title": "{{n}} sites"}'), "mark of templates"),
        (_words("{", "{}"), "no JSON"),
        (_words("[]", "{}"), "flat"),
        ({**_GOOD, **_words('{"site.title": "站"}', '{"site.title": "Site"}', "tour")}, "one topic"),
        ({**_words('{"a.b": "站"}', "{}", "one"), **_words("{}", '{"a.b": "Site"}', "two")}, "in the other language"),
        ({f"{_HERE}en/site.json": "{}"}, "zh-Hans/site.json:1: This file is missing"),
        ({f"{_HERE}zh-Hans/site.json": "{}"}, "en/site.json:1: This file is missing"),
        ({**_GOOD, f"{_HERE}en.json": "{}"}, "<topic>.json"),
    ],
    word_keys: [
        ({**_GOOD, **_page("[[site.title]]")}, None),
        ({**_GOOD, **_page("[[site.name]]")}, "site.name"),
        ({**_GOOD, **_page("[[ site.title ]]")}, "site.title"),
        ({**_GOOD, **_page("[[site.title]")}, "no ]]"),
        ({**_GOOD, **_page("[[site.count]]")}, "fills in values"),
        ({**_GOOD, **_page('<form data-sending="[[site.count]]">')}, None),
        (_code('words("site.name")'), "site.name"),
        (_code('words("site.title"); file("site.csv"); f("other.name")'), None),
        (_code('throw Refusal.conflict("site.closed"); refuse(code: "site.closed"); throw Refusal.invalid(["from_on": "site.closed"])'), None),
        (_code('throw Refusal.conflict("other.closed")'), "refusal.other.closed"),
        (_code('throw Refusal.notFound("site")'), None),
        (_code('throw Refusal.notFound("area")'), "refusal.not_found.area"),
        (_code('throw Refusal.invalid(["from_on": "other.order"])'), "refusal.other.order"),
        (_code('try record("site.opened", site.id, by: act)'), None),
        (_code('try record("site.shut", site.id, by: act)'), "event.site.shut has no words"),
    ],
    unused_words: [
        ({**_GOOD, "Sources/Registry/A.swift": 'text("site.title"); "event.\\(k)"; record("site.opened"); "site.count";  "refusal.\\(c)"; f("site.closed"); "not_found.\\(thing)"; "site"'}, None),
        ({**_words('{"site.title": "站点"}', '{"site.title": "Site"}'), **_page("[[site.title]]")}, None),
        ({**_words('{"state.in_service": "在用"}', '{"state.in_service": "In service"}'), "Sources/Registry/A.swift": 'case inService; text("state.\\(state)")'}, None),
        ({**_words('{"state.in_service": "在用"}', '{"state.in_service": "In service"}'), "Sources/Registry/A.swift": 'case inService; .choice(words: "state")'}, None),
        ({**_words('{"site.title": "站点"}', '{"site.title": "Site"}'), "Sources/Registry/A.swift": 'text("site.\\(part)")'}, "Nobody says site.title"),
        (_words('{"site.title": "站点"}', '{"site.title": "Site"}'), "zh-Hans/site.json:1: Nobody says site.title"),
    ],
    words_in_reach: [
        ({**_GOOD, **_MANIFEST, **_page("[[site.title]]"), "Sources/Content/A.swift": 'text("site.title"); record("site.opened")'}, None),
        ({**_words('{"site.opened": "启用", "event.site.opened": "启用"}', '{"site.opened": "Opened", "event.site.opened": "Opened"}', "site"), **_MANIFEST, "Sources/Web/A.swift": 'record("site.opened")'}, None),
        ({**_GOOD, **_MANIFEST, "Sources/Web/Templates/frame.mustache": "[[site.title]]"}, "Sources/Web/Templates/frame.mustache:1: site.title stands beside Registry"),
        ({**_GOOD, **_MANIFEST, "Sources/Web/A.swift": 'text("site.title")'}, "site.title stands beside Registry"),
    ],
    content_security: [
        (_page('<script src="/static/a.js"></script><a class="x" href="{{url}}">{{name}}</a>'), None),
        (_page("<script>alert(1)</script>"), "script"),
        (_page('<a onclick="x()">'), "handler"),
        (_page('<td style="width: 1px">'), "class"),
        (_page("<style>td {}</style>"), "style"),
        (_page('<a href="javascript:x()">'), "script"),
        (_page('<img src="https://example.org/x.png">'), "other hosts"),
        (_page("{{{name}}}"), "Unescaped"),
        (_page("{{{content}}}"), "Unescaped"),
        (_page("{{{ content"), "Unescaped"),
        (_page("{{&chartSVG}}"), "{{{…}}}"),
        (_page("{{{chartSVG}}}{{{row.barSVG}}}"), None),
        ({_FRAMES[0]: "{{{content}}}", _FRAMES[1]: "{{{content}}}"}, None),
        ({_FRAMES[0]: "{{{title}}}"}, "Unescaped"),
    ],
    template_words: [
        (_page('<td title="[[site.title]]">[[site.title]] {{name}} · {{n}} % CSV &nbsp;</td>'), None),
        (_page("<td>站点</td>"), "catalogues"),
        (_page("<td>Sites</td>"), "Sites"),
        (_page("<td>[[site.title]] Sites</td>"), "Sites"),
        (_page('<input placeholder="Search">'), "Search"),
        (_page("{{! a comment }}<td>{{#urgent}}<b>{{x}}</b>{{/urgent}}</td>"), None),
    ],
}
