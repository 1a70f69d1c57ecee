import Documents
import Foundation
import Testing

@Suite("The printer")
struct PrinterTests {
    private static func page(_ body: String, style: String = "p { margin: 0; }") -> Data {
        Data(
            """
            <!DOCTYPE html>\n<html lang="zh-Hans"><head><meta \
            charset="utf-8"><title>页</title><style>\(style)</style></head><body>\(body)</body></html>
            """
            .utf8)
    }

    @Test("makes a PDF of a page that stands on its own")
    func pdf() async throws {
        let pdf = try await Printer(seconds: 1200).pdf(Self.page("<p title='a & b'>青禾县 url(x) &lt;img src=x&gt;</p>\(Sample.svg)"))
        #expect(pdf.starts(with: Data("%PDF-".utf8)))
        #expect(pdf.suffix(16).contains(Data("%%EOF".utf8)))
    }

    @Test("cuts its fonts down to the letters of the page, and prints without that when the program is missing")
    func cutFonts() async throws {
        let page = Self.page(
            "<p>青禾县</p><svg xmlns='http://www.w3.org/2000/svg' font-family=\"'Noto Sans CJK SC'\"><text y='9'>县</text></svg>",
            style: "p { font-family: \"Noto Serif CJK SC\"; }")
        let cut = try await Printer(seconds: 1200).pdf(page)
        let whole = try await Printer(fontSubset: "no-such-program-here", seconds: 1200).pdf(page)
        for name in ["Noto-Serif-CJK-SC", "Noto-Sans-CJK-SC"] {
            #expect(cut.contains("+\(name)-Cut") && !cut.contains("+\(name)\n") && !cut.contains("+\(name)\r"))
            #expect(whole.contains("+\(name)") && !whole.contains("-Cut"))
        }
        #expect(cut.count < whole.count)
    }

    @Test("makes a PNG of each drawing, as wide as a line is at 200 dots an inch")
    func png() async throws {
        let pictures = try await Printer(seconds: 1200).png([Sample.svg, Sample.svg.replacing("720 180", with: "720 360")])
        // Width and height stand at the same place in every PNG.
        #expect(pictures.map { Array($0[16..<24]) } == [[0, 0, 0x04, 0xCC, 0, 0, 0x01, 0x33], [0, 0, 0x04, 0xCC, 0, 0, 0x02, 0x66]])
        #expect(try await Printer(seconds: 1200).png([]).isEmpty)
        let file = try unzipped(Sample.document().docx(pictures: [pictures[0]]))
        #expect(try file.text("word/document.xml").contains("<wp:extent cx=\"5616000\" cy=\"1404000\"/>"))
    }

    @Test("refuses a page that could name something outside", arguments: pages)
    func refuses(page: Data) async {
        await #expect {
            _ = try await Printer(weasyprint: "/bin/true").pdf(page)
        } throws: { error in
            if case PrintProblem.unsafePage = error { true } else { false }
        }
    }

    static let pages: [Data] = [
        page("<img src=\"file:///etc/hostname\">"),
        page("<IMG SRC=x>"),
        page("<p style=\"background:url(/etc/hostname)\">"),
        page("<p style=\"background:u\\72l(x)\">"),
        page("<p style=\"background:&#117;rl(x)\">"),
        page("<svg><image href=\"x\"/></svg>"),
        page("<svg><use xlink:href=\"x\"/></svg>"),
        page("<svg><rect fill=\"url(http://x/)\"/></svg>"),
        page("<link rel=\"attachment\" href=\"x\">"),
        page("<a rel=\"attachment\" href=\"x\">x</a>"),
        page("<script>1</script>"),
        page("<p onclick=\"x\">"),
        page("<!-- --><p>"),
        page("<?xml-stylesheet href=\"x\"?>"),
        page("<p/ style='x'>"),
        page("<p a=\"<img src=x>\">"),
        page("<p a=x>"),
        page("< p>"),
        page("<p"),
        page("<object data=\"x\"></object>"),
        page("", style: "@import 'x';"),
        page("", style: "p { content: url(x) }"),
        page("", style: "p { content: \\75rl(x) }"),
        page("", style: "@font-face { src: x }"),
        page("", style: "</style\n><img src=x>"),
        page("<style>"),
        page("<meta http-equiv=\"refresh\" content=\"0;url=x\">"),
        page("<base href=\"http://x/\">"),
        Data("<p>".utf8),
        Data(),
        Data([0x3C, 0x21, 0xFF]),
    ]

    @Test("names the package of a program that is not there", arguments: ["/nowhere/program", "no-such-program-here"])
    func missing(program: String) async {
        let printer = Printer(weasyprint: program, rsvgConvert: program)
        await #expect(throws: PrintProblem.missing(program: program, package: "weasyprint")) { try await printer.pdf(Self.page("")) }
        await #expect(throws: PrintProblem.missing(program: program, package: "librsvg2-bin")) { try await printer.png([Sample.svg]) }
    }

    @Test("says how a program failed, and the last lines of what it said")
    func failed() async throws {
        let program = try Script("echo gone >&2; for n in 1 2 3 4 5; do echo line $n >&2; done; exit 7")
        let said = "line 1\nline 2\nline 3\nline 4\nline 5"
        // More than a pipe holds, so that the program is gone before it was written.
        let page = Self.page(String(repeating: "<p>青禾县</p>", count: 50_000))
        await #expect(throws: PrintProblem.failed(program: program.path, status: 7, said: said)) {
            try await Printer(weasyprint: program.path).pdf(page)
        }
        await #expect(throws: PrintProblem.self) { try await Printer(seconds: 1200).png(["no drawing"]) }
    }

    @Test("stops a program that hangs, and all that it started", .timeLimit(.minutes(3)))
    func hangs() async throws {
        let program = try Script("trap '' TERM; sleep 300 & echo $! > \"$0.pid\"; wait; sleep 300")
        // On a machine with much else to do a second may be over before the shell has begun.
        var seconds = 1
        repeat {
            let printer = Printer(weasyprint: program.path, seconds: seconds)
            await #expect(throws: PrintProblem.tookTooLong(program: program.path)) { try await printer.pdf(Self.page("")) }
            seconds *= 2
        } while !program.hasStarted
        while try !program.isGone() { try await Task.sleep(for: .milliseconds(20)) }
    }

    @Test("stops the program when its task is cancelled", .timeLimit(.minutes(3)))
    func cancelled() async throws {
        let program = try Script("echo $$ > \"$0.pid\"; sleep 300")
        let page = Self.page("")
        let task = Task { try await Printer(weasyprint: program.path).pdf(page) }
        while !program.hasStarted { try await Task.sleep(for: .milliseconds(20)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try program.isGone())
    }
}

extension Data {
    fileprivate func contains(_ text: String) -> Bool { range(of: Data(text.utf8)) != nil }
}

/// A program of a few lines of shell, gone with the test.
private final class Script: Sendable {
    let path: String

    init(_ lines: String) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "printer-\(UUID().uuidString)").path
        try Data("#!/bin/sh\n\(lines)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    }

    deinit { for file in [path, path + ".pid"] { try? FileManager.default.removeItem(atPath: file) } }

    var hasStarted: Bool { (try? number()) != nil }

    /// Signal 0 asks only whether the process is there. A dead child of a dead parent stays in the list until somebody collects it.
    func isGone() throws -> Bool {
        let number = try number()
        return kill(number, 0) == -1 || (try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8))?.contains(") Z ") != false
    }

    private func number() throws -> Int32 {
        try #require(Int32(String(contentsOfFile: path + ".pid", encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}
