"""Symbols that product code must not use, each with the reason and the way out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable

import swift
from tree import Finding, Tree, line_at


@dataclass(frozen=True)
class Ban:
    pattern: re.Pattern[str]
    message: str
    allowed: tuple[str, ...] = ()  # beginnings of paths
    only_if: Callable[[swift.Source, re.Match[str]], bool] = lambda source, match: True


def _unseeded(source: swift.Source, match: re.Match[str]) -> bool:
    """A call that names its generator (`using:`) has its randomness passed in."""
    opening = source.code.rindex("(", match.start(), match.end())
    return not re.search(r"\busing\s*:", source.code[opening : swift.closing(source.code, opening)])


_OFF_POOL = re.compile(r"\b(?:Disk\.perform|offPool)\s*(?=\{)")


def _on_the_pool(source: swift.Source, match: re.Match[str]) -> bool:
    """Async code, or a function that a file with async code calls elsewhere than within `Disk.perform { }` or `offPool { }`."""
    code = source.code
    # What lies in /proc is no file: the kernel answers from memory.
    argument = re.compile(r'\w*:\s*(?=")').match(code, match.end())
    if argument and source.literal(argument.end()).startswith("/proc/"):
        return False
    off = [range(place.end(), swift.closing(code, place.end())) for place in _OFF_POOL.finditer(code)]
    if not re.search(r"\basync\b", code) or any(match.start() in place for place in off):
        return False
    function = swift.enclosing(code, match.start())
    if function is None or re.search(r"\basync\b", code[function.start : function.body]):
        return True
    name = re.escape(function.name.split("(")[0])
    calls = [call.start() for call in re.finditer(rf"(?<!func )\b{name}\s*\(", code)]
    return not calls or not all(any(call in place for place in off) for call in calls)


CLOCK = ("Sources/Basics/SystemClock.swift", "Sources/Basics/SystemIDs.swift")

BANS = [
    Ban(re.compile(r"\bDispatchSemaphore\b"), "DispatchSemaphore blocks a thread of the cooperative pool; use a continuation or an actor"),
    Ban(re.compile(r"\.waitUntilExit\s*\("), "waitUntilExit blocks a thread of the cooperative pool; run the program with Subprocess"),
    Ban(re.compile(r"\bThread\.sleep|(?<![.\w])(?:u|nano)?sleep\s*\("), "Sleeping blocks a thread of the cooperative pool; use Task.sleep"),
    Ban(
        re.compile(r"\b\w*[qQ]ueue\w*(?:\([^()]*\))?\.sync\b|\bDispatchQueue\b[^\n]*\.sync\b"),
        "queue.sync blocks a thread of the cooperative pool; only Storage owns queues",
        ("Sources/Storage/",),
    ),
    Ban(
        re.compile(r"\b(?:Data|String)\s*\(\s*contentsOf"),
        "Reading a whole file blocks a thread of the cooperative pool; read it in pieces off the pool",
        # Migrations are read once, at start, before anything else runs.
        ("Sources/Relay/", "Sources/yuanjiao/", "Sources/Storage/Migration.swift"),
        _on_the_pool,
    ),
    Ban(re.compile(r"\btry!"), "try! ends the process for an error that can be said; throw it"),
    Ban(re.compile(r"\bas!"), "as! ends the process; use as? and say what is wrong"),
    Ban(re.compile(r"(?<![.\w])fatalError\s*\("), "fatalError ends the process; throw an error that names the thing"),
    Ban(re.compile(r"\bDate\s*\(\s*\)|\bDate\.now\b|\bDate\s*\(\s*timeIntervalSinceNow"), "The clock is passed in; take a Clock or an instant as an argument", CLOCK),
    Ban(re.compile(r"\bUUID\s*\(\s*\)"), "Ids are passed in; take the source of ids as an argument", CLOCK),
    Ban(re.compile(r"\bSystemRandomNumberGenerator\b"), "Randomness is passed in; take a generator as an argument", CLOCK),
    Ban(
        re.compile(r"\.random\s*\(|\.(?:randomElement|shuffled?)\s*\((?=\s*\))"),
        "Randomness is passed in; name the generator with using:",
        CLOCK,
        _unseeded,
    ),
    Ban(re.compile(r"(?<![.\w`])(?:public|open)\s+(?=[a-z@])(?!in\b)"), "No module of ours is a library; write package where another target needs it"),
    Ban(re.compile(r"(?<![.\w])(?<!func )(?:print|debugPrint|dump|NSLog)\s*\("), "Only the command line prints; log, or return the text", ("Sources/yuanjiao/",)),
    # “Outside service” is a state of a site; a “service” that acts is named after what it does.
    Ban(
        re.compile(r"\b(?:struct|class|enum|actor|protocol|typealias)\s+\w+(?:Manager|Helper|Util|Utils|(?<!Outside)(?<!OutOf)Service|Impl|DTO|Base|Common)\b"),
        "The name's ending says nothing; name the type after what it is",
    ),
]


def banned_symbols(tree: Tree) -> list[Finding]:
    """Nothing in Sources blocks the cooperative pool, ends the process, or takes time and chance from the air."""
    findings = []
    for path, text in tree.texts(r"Sources/.*\.swift$"):
        source = swift.scan(text)
        code = source.code
        for ban in BANS:
            if path.startswith(ban.allowed):
                continue
            for match in ban.pattern.finditer(code):
                if ban.only_if(source, match):
                    findings.append(Finding(path, line_at(code, match.start()), ban.message))
    return findings


def comments(tree: Tree) -> list[Finding]:
    """A comment promises no later work without the number of the issue that holds it."""
    return [
        Finding(path, comment.line, "Say which issue will do it, as in TODO #12, or do it")
        for path, text in tree.texts(r"Sources/.*\.swift$")
        for comment in swift.scan(text).comments
        if re.search(r"\b(?:TODO|FIXME|XXX|HACK)\b(?!.*#\d)", comment.text)
    ]


def page_words(tree: Tree) -> list[Finding]:
    """Words that people see on pages come from the catalogues, so page and route code holds no Han characters."""
    findings = []
    for path, text in tree.texts(r"Sources/(?:Web/.*|.*(?:Pages?|Routes))\.swift$"):
        for literal in swift.scan(text).literals:
            if re.search(r"[\u4e00-\u9fff]", literal.text):
                findings.append(Finding(path, literal.line, "Put the words into Sources/Web/Words and name their key"))
    return findings


def _swift(text: str, path: str = "Sources/Node/Loop.swift") -> dict[str, str]:
    return {path: text}


CASES = {
    banned_symbols: [
        (_swift("let s = DispatchSemaphore(value: 0)"), "DispatchSemaphore"),
        (_swift("process.waitUntilExit()"), "waitUntilExit"),
        (_swift("Thread.sleep(forTimeInterval: 1)"), "Task.sleep"),
        (_swift("usleep(5)"), "Task.sleep"),
        (_swift("try await Task.sleep(for: .seconds(1))"), None),
        (_swift("workQueue.sync { }"), "queue.sync"),
        (_swift("DispatchQueue.global().sync { }"), "queue.sync"),
        (_swift("queue.sync { }", "Sources/Storage/SQLiteDatabase.swift"), None),
        (_swift("func f() async { let d = try Data(contentsOf: url) }"), "whole file"),
        (_swift("func f() { let d = try Data(contentsOf: url) }"), None),
        (_swift("func f() async { let d = try Data(contentsOf: url) }", "Sources/Relay/Disk.swift"), None),
        (_swift('func f() async { let d = try String(contentsOfFile: "/proc/self/statm") }'), None),
        (_swift('func f() async { let d = try String(contentsOfFile: "/etc/x") }'), "whole file"),
        (_swift("func f() async { try await Disk.perform { try Data(contentsOf: url) } }"), None),
        (_swift("func f() async { try await offPool { try g() } }\nfunc g() throws { try Data(contentsOf: url) }"), None),
        (_swift("func f() async { try await offPool { try g() }; try g() }\nfunc g() throws { try Data(contentsOf: url) }"), "whole file"),
        (_swift("let x = try! f()"), "try!"),
        (_swift("let x = y as! Int"), "as!"),
        (_swift('fatalError("no")'), "fatalError"),
        (_swift("let now = Date()"), "clock"),
        (_swift("let now = Date.now"), "clock"),
        (_swift("let now = Date()", "Sources/Basics/SystemClock.swift"), None),
        (_swift("let id = UUID()"), "Ids"),
        (_swift("let id = UUID(uuid: bytes)"), None),
        (_swift("let n = Int.random(in: 0..<9)"), "Randomness"),
        (_swift("let n = Int.random(in: 0..<count(of: x), using: &generator)"), None),
        (_swift("items.shuffled()"), "Randomness"),
        (_swift("generator.shuffled(items)"), None),
        (_swift("public struct A {}"), "package"),
        (_swift("enum Access { case open, closed }\nlet a = Access.open\nswitch a { case .open: f() }"), None),
        (_swift('print("x")'), "prints"),
        (_swift('print("x")', "Sources/yuanjiao/Import.swift"), None),
        (_swift("table.print(to: page)"), None),
        (_swift("struct SiteManager {}"), "ending"),
        (_swift("actor SiteService {}"), "ending"),
        (_swift("struct DaysOutsideService {}"), None),
        (_swift('// fatalError( in a comment\n/* try! /* nested */ as! */ let s = "Date() \\(name) public "'), None),
        (_swift('let s = "a \\(UUID()) b"'), "Ids"),
        (_swift('let s = #"a \\(UUID()) "try! b"#'), None),
        (_swift('let r = /"[^"]*try! /\nlet t = try! f()'), "try!"),
    ],
    comments: [
        (_swift("let a = 1 // TODO later"), "issue"),
        (_swift("let a = 1 // TODO #12 later"), None),
        (_swift('let a = "http://x/TODO"'), None),
    ],
    page_words: [
        (_swift('let t = "开机率"', "Sources/Figures/BulletinPages.swift"), "Words"),
        (_swift('let t = "开机率"', "Sources/Simulator/City.swift"), None),
        (_swift('let t = "bulletin.bootRate" // 开机率', "Sources/Figures/BulletinPages.swift"), None),
    ],
}
