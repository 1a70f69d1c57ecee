package import Foundation
package import Programs
import Synchronization

/// The two programs that turn a page into a PDF and a drawing into a PNG. Each run has a time limit, and its program is gone when the run
/// is over or cancelled.
package struct Printer: Sendable {
    /// About 200 dots an inch on the 156 mm of a text line.
    static let pictureWidth = 1228
    /// Bytes of the largest result.
    static let largest = 256 << 20

    private let weasyprint: Program
    private let rsvgConvert: Program
    private let fonts: CutFonts
    private let seconds: Int

    /// - Parameters:
    ///   - weasyprint: path, or a name to be looked up in `PATH`.
    ///   - rsvgConvert: path, or a name to be looked up in `PATH`.
    ///   - fontSubset: path, or a name to be looked up in `PATH`; a page is printed without it, only slower.
    ///   - seconds: the longest that one run may take.
    ///   - workplace: a worker has programs of its own, whatever the paths say.
    package init(
        weasyprint: String = "weasyprint", rsvgConvert: String = "rsvg-convert", fontSubset: String = Tool.fontSubset.rawValue,
        seconds: Int = 120, workplace: Workplace = .here(.none)
    ) {
        // No bulletin comes near these; a program that runs wild must not fill memory or disk.
        self.weasyprint = Program(.weasyprint, weasyprint, at: workplace, memoryMiB: 4096, fileMiB: Self.largest >> 20)
        fonts = CutFonts(subset: fontSubset, at: workplace)
        self.rsvgConvert = Program(.rsvgConvert, rsvgConvert, at: workplace, memoryMiB: 2048, fileMiB: Self.largest >> 20)
        self.seconds = seconds
    }

    /// The PDF of an HTML page (UTF-8) that stands on its own. Two runs over one page differ in a few bytes.
    ///
    /// weasyprint 57 has no switch against fetching, and would embed any file that the page names; so a page is refused when it could name
    /// one.
    /// - Throws: `PrintProblem`, `CancellationError`.
    package func pdf(_ html: Data) async throws -> Data {
        guard let text = String(validating: html, as: UTF8.self) else { throw PrintProblem.unsafePage(reason: "it is not UTF-8") }
        if let reason = StandingAlone.objection(to: text) { throw PrintProblem.unsafePage(reason: reason) }
        let dressed = try await fonts.dressed(text)
        return try await made(
            weasyprint, "weasyprint", ["--quiet", "--encoding", "utf-8", "--base-url", "about:blank", "-", "-"], input: Data(dressed.utf8))
    }

    /// A PNG of each SVG, 1228 dots wide on white, in order. A drawing from standard input has no place, so it can name no file.
    /// - Throws: `PrintProblem`, `CancellationError`.
    package func png(_ svgs: [String]) async throws -> [Data] {
        var pictures: [Data] = []
        for svg in svgs {
            let arguments = ["--width", String(Self.pictureWidth), "--keep-aspect-ratio", "--background-color", "white", "--format", "png"]
            pictures.append(try await made(rsvgConvert, "librsvg2-bin", arguments, input: Data(printable(svg).utf8)))
        }
        return pictures
    }

    /// What a program makes of its input.
    private func made(_ program: Program, _ package: String, _ arguments: [String], input: Data) async throws -> Data {
        let result = Gathered()
        do {
            let outcome = try await program.run(arguments, input: input, seconds: seconds) { try result.take($0) }
            guard outcome.status == 0 else {
                throw PrintProblem.failed(
                    program: program.path, status: outcome.status,
                    said: outcome.log.split(separator: "\n").suffix(5).joined(separator: "\n"))
            }
            return result.data
        } catch ProgramProblem.missing(let name) {
            throw PrintProblem.missing(program: name, package: package)
        } catch ProgramProblem.tookTooLong {
            throw PrintProblem.tookTooLong(program: program.path)
        } catch ProgramProblem.worker(let problem) {
            throw PrintProblem.workerAway(problem.description)
        } catch let error where !(error is PrintProblem) {
            try Task.checkCancellation()
            throw PrintProblem.failed(program: program.path, status: -1, said: String(describing: error))
        }
    }
}

/// A result that comes in pieces.
final class Gathered: Sendable {
    private struct TooLarge: Error {}
    private let pieces = Mutex(Data())

    var data: Data { pieces.withLock { $0 } }

    func take(_ bytes: [UInt8]) throws {
        try pieces.withLock {
            guard $0.count + bytes.count <= Printer.largest else { throw TooLarge() }
            $0.append(contentsOf: bytes)
        }
    }
}
