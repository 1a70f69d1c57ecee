package import Foundation

/// A form that came as `multipart/form-data` (RFC 7578), as browsers send it when it holds a file: read whole, and strictly. Hostile until
/// read: anything that is not such a form is none.
package struct FormData: Sendable {
    /// What was chosen in a field for files.
    package struct File: Hashable, Sendable {
        /// As the person's machine calls it, without its folders; at most 200 characters.
        package let name: String
        package let bytes: Data
    }
    /// So many parts at most, and so many bytes before the contents of each.
    private static let (mostParts, mostHead) = (200, 4096)

    package private(set) var fields: [String: String] = [:]
    /// Of the fields in which a file was chosen.
    package private(set) var files: [String: File] = [:]

    /// Reads a body by the boundary that its content type names; nil for one that is no such form.
    package init?(_ body: Data, contentType: String) {
        guard let boundary = FormData.parameter("boundary", of: contentType), (1...70).contains(boundary.utf8.count) else { return nil }
        let delimiter = Data("\r\n--\(boundary)".utf8)
        // The first one stands at the beginning, without a line end before it.
        guard body.starts(with: delimiter.dropFirst(2)) else { return nil }
        var place = body.startIndex + delimiter.count - 2
        for _ in 0...FormData.mostParts {
            let rest = body[place...]
            if rest.starts(with: Data("--".utf8)) { return }
            guard rest.starts(with: Data("\r\n".utf8)),
                let head = body.range(of: Data("\r\n\r\n".utf8), in: place..<min(body.endIndex, place + FormData.mostHead)),
                let end = body.range(of: delimiter, in: head.upperBound - 2..<body.endIndex)
            else { return nil }
            // An empty part has its delimiter behind the line end of its head.
            let content = body[head.upperBound..<max(head.upperBound, end.lowerBound)]
            guard add(String(decoding: body[(place + 2)..<(head.lowerBound + (head.lowerBound > place ? 0 : 2))], as: UTF8.self), content)
            else { return nil }
            place = end.upperBound
        }
        return nil
    }

    private mutating func add(_ head: String, _ content: Data) -> Bool {
        let lines = head.split(separator: "\r\n")
        guard let line = lines.first(where: { $0.lowercased().hasPrefix("content-disposition:") }),
            line.lowercased().dropFirst(20).drop(while: { $0 == " " }).hasPrefix("form-data"),
            let name = FormData.parameter("name", of: String(line)), !name.isEmpty
        else { return false }
        guard let path = FormData.parameter("filename", of: String(line)) else {
            fields[name] = fields[name] ?? String(decoding: content, as: UTF8.self)
            return true
        }
        // A field in which none was chosen comes with an empty name.
        let last = path.split { "/\\".contains($0) }.last.map { String($0.prefix(200)) } ?? ""
        if !last.isEmpty || !content.isEmpty { files[name] = files[name] ?? File(name: last, bytes: Data(content)) }
        return true
    }

    /// A parameter of a header's value, quoted or not; browsers write quotes and line ends in names as `%22`, `%0D`, `%0A`.
    private static func parameter(_ name: String, of value: String) -> String? {
        for part in quotedParts(value).dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, pair[0].drop(while: { $0 == " " }).lowercased() == name else { continue }
            guard pair[1].hasPrefix("\"") else { return String(pair[1]) }
            guard pair[1].count >= 2, pair[1].hasSuffix("\"") else { return nil }
            let quoted = String(pair[1].dropFirst().dropLast())
            return quoted.replacing("%22", with: "\"").replacing("%0D", with: "").replacing("%0A", with: " ")
        }
        return nil
    }

    /// The parts of a value between semicolons that stand in no quotes.
    private static func quotedParts(_ value: String) -> [Substring] {
        var isQuoted = false
        return value.split(omittingEmptySubsequences: false) { character in
            if character == "\"" { isQuoted.toggle() }
            return character == ";" && !isQuoted
        }
    }
}
