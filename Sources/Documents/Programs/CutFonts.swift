import Foundation
import Programs

/// Fonts cut down to the letters of a page, before it is printed. weasyprint 57 cuts its fonts itself, by walking each of their 65,000
/// glyphs several times in Python: eleven of the thirteen seconds that a bulletin of ten pages takes. HarfBuzz does it in a tenth of one.
///
/// The page names the cut fonts in front of the installed ones, which still serve what is missing: on a machine without the two programs a
/// page is printed as ever, and takes longer.
struct CutFonts: Sendable {
    /// What our pages name of the Debian package fonts-noto-cjk.
    private static let families = ["Noto Serif CJK SC", "Noto Sans CJK SC"]
    /// Weights of fontconfig and of CSS.
    private static let weights = ["80": 400, "200": 700]

    private let list: Program
    private let subset: Program

    init(subset path: String, at workplace: Workplace) {
        list = Program(.fontList, Tool.fontList.rawValue, at: workplace, memoryMiB: 1024, fileMiB: 1)
        subset = Program(.fontSubset, path, at: workplace, memoryMiB: 2048, fileMiB: Printer.largest >> 20)
    }

    /// The page with its fonts; as it was, where there is none to cut.
    /// - Throws: `CancellationError`.
    func dressed(_ page: String) async throws -> String {
        guard let style = page.range(of: "<style>") else { return page }
        // The page's numbers are counted by the printer.
        let letters = Data(String(String.UnicodeScalarView(Set(page.unicodeScalars).union("0123456789".unicodeScalars))).utf8)
        var (rules, rest) = ("", String(page[style.upperBound...]))
        for family in Self.families where page.contains(family) {
            let faces = try await faces(of: family, letters)
            guard !faces.isEmpty else { continue }
            rules += faces.joined()
            for quote in ["\"", "'"] {
                rest.replace("\(quote)\(family)\(quote)", with: "\(quote)\(family) Cut\(quote), \(quote)\(family)\(quote)")
            }
        }
        return page[..<style.upperBound] + rules + rest
    }

    private func faces(of family: String, _ letters: Data) async throws -> [String] {
        guard let told = try await made(list, ["--format=%{file}\t%{index}\t%{weight}\n", ":family=\(family)"]) else { return [] }
        var faces: [Int: String] = [:]
        for line in String(decoding: told, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "\t").map(String.init)
            guard parts.count == 3, let weight = Self.weights[parts[2]], faces[weight] == nil, Int(parts[1]) != nil else { continue }
            let arguments = ["--face-index=\(parts[1])", "--text-file=/dev/stdin", "--layout-features=*", "--output-file=-", parts[0]]
            guard let font = try await made(subset, arguments, input: letters), !font.isEmpty else { continue }
            faces[weight] = """
                @font-face { font-family: "\(family) Cut"; font-weight: \(weight); \
                src: url(data:font/otf;base64,\(font.base64EncodedString())); }

                """
        }
        return faces.sorted { $0.key < $1.key }.map(\.value)
    }

    /// What a program makes of its input; nil when it is missing or does not.
    private func made(_ program: Program, _ arguments: [String], input: Data = Data()) async throws -> Data? {
        let result = Gathered()
        do {
            let outcome = try await program.run(arguments, input: input, seconds: 30) { try result.take($0) }
            return outcome.status == 0 ? result.data : nil
        } catch {
            try Task.checkCancellation()
            return nil
        }
    }
}
