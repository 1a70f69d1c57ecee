package import Foundation

/// The two programs that turn a page into a PDF and a drawing into a PNG. Each run has a time limit, and its program is gone when the run is over or cancelled.
package struct Printer: Sendable {
    /// About 200 dots an inch on the 156 mm of a text line.
    static let pictureWidth = 1228

    private let weasyprint: Program
    private let rsvgConvert: Program

    /// - Parameters:
    ///   - weasyprint: path, or a name to be looked up in `PATH`.
    ///   - rsvgConvert: path, or a name to be looked up in `PATH`.
    ///   - seconds: the longest that one run may take.
    package init(weasyprint: String = "weasyprint", rsvgConvert: String = "rsvg-convert", seconds: Int = 120) {
        self.weasyprint = Program(path: weasyprint, package: "weasyprint", seconds: seconds)
        self.rsvgConvert = Program(path: rsvgConvert, package: "librsvg2-bin", seconds: seconds)
    }

    /// The PDF of an HTML page (UTF-8) that stands on its own. Two runs over one page differ in a few bytes.
    ///
    /// weasyprint 57 has no switch against fetching, and would embed any file that the page names; so a page is refused when it could name one.
    /// - Throws: `PrintProblem`, `CancellationError`.
    package func pdf(_ html: Data) async throws -> Data {
        guard let text = String(validating: html, as: UTF8.self) else { throw PrintProblem.unsafePage(reason: "it is not UTF-8") }
        if let reason = StandingAlone.objection(to: text) { throw PrintProblem.unsafePage(reason: reason) }
        return try await weasyprint.run(["--quiet", "--encoding", "utf-8", "--base-url", "about:blank", "-", "-"], input: html)
    }

    /// A PNG of each SVG, 1228 dots wide on white, in order. A drawing from standard input has no place, so it can name no file.
    /// - Throws: `PrintProblem`, `CancellationError`.
    package func png(_ svgs: [String]) async throws -> [Data] {
        var pictures: [Data] = []
        for svg in svgs {
            let arguments = ["--width", String(Self.pictureWidth), "--keep-aspect-ratio", "--background-color", "white", "--format", "png"]
            pictures.append(try await rsvgConvert.run(arguments, input: Data(printable(svg).utf8)))
        }
        return pictures
    }
}
