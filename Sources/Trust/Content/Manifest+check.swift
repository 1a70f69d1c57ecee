extension Manifest {
    private static let longestPlay: Int64 = 7 * 86_400_000

    /// Throws `trust.shape` for the first rule broken; the rules stand at the initializer.
    func check() throws(TrustError) {
        try Self.require(Self.isName(courseware, longest: 64), "courseware", "1 to 64 of a-z, 0-9 and hyphen")
        try Self.require((1...JSONValue.largestInteger).contains(version), "version", "at least 1")
        try Self.require(!title.isEmpty, "title", "there")
        for (name, text) in [("title", title), ("category", category), ("speaker", speaker), ("unit", unit)] {
            try Self.require(Self.isLine(text), name, "one line of at most 200 characters")
        }
        try Self.require((1...Self.longestPlay).contains(duration), "duration_ms", "from 1 ms to 7 days")
        try Self.require((1...16).contains(renditions.count), "renditions", "1 to 16")
        try Self.require(Set(renditions.map(\.name)).count == renditions.count, "renditions", "of different names")
        try Self.require(poster.duration == nil, "poster.duration_ms", "absent")
        for rendition in renditions { try Self.check(rendition) }
        try Self.check(files, wholes: renditions.compactMap(\.file))
    }

    private static func check(_ rendition: Rendition) throws(TrustError) {
        try require(isName(rendition.name, longest: 32), "renditions.name", "1 to 32 of a-z, 0-9 and hyphen")
        let place = "renditions.\(rendition.name)"
        try require((0...8640).contains(rendition.height), "\(place).height", "from 0 to 8640")
        try require((1...1_000_000_000).contains(rendition.bandwidth), "\(place).bandwidth", "from 1 to 10^9 bits a second")
        switch rendition.kind {
        case .hls:
            let playlist = rendition.files.first { $0.path == rendition.playlist }
            try require(playlist != nil && playlist?.duration == nil, "\(place).playlist", "one of its files without duration_ms")
            try require(rendition.files.contains { $0.duration != nil }, "\(place).files", "holding a segment with duration_ms")
        case .mp4:
            try require(rendition.playlist == nil, "\(place).playlist", "absent")
            try require(
                rendition.files.count == 1 && rendition.files.first?.duration == nil, "\(place).files", "one file without duration_ms")
        case .pieces:
            try require(rendition.files.contains { $0.path == rendition.playlist }, "\(place).playlist", "one of its files")
            try require(
                !rendition.pieces.isEmpty && rendition.files.allSatisfy { $0.duration == nil }, "\(place).files",
                "pieces without duration_ms")
            try require(rendition.file != nil, "\(place).file", "there")
            try require(rendition.codecs.map(isCodecs) == true, "\(place).codecs", "1 to 64 letters, digits, points and commas")
        }
        try require(rendition.kind == .pieces || rendition.file == nil && rendition.codecs == nil, "\(place).file", "absent")
    }

    private static func isCodecs(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "."), UInt8(ascii: ","):
                    true
                default: false
                }
            }
    }

    /// `wholes` are paths that are no files of their own.
    private static func check(_ files: [File], wholes: [RelativePath]) throws(TrustError) {
        var paths: Set<String> = []
        for path in wholes { try require(paths.insert(path.rawValue).inserted, path.rawValue, "there once only") }
        var lengths: [SHA256Hex: Int64] = [:]
        var total: Int64 = 0
        for file in files {
            try require((1...JSONValue.largestInteger).contains(file.length), "\(file.path).length", "at least 1")
            if let duration = file.duration {
                try require((1...longestPlay).contains(duration), "\(file.path).duration_ms", "from 1 ms to 7 days")
            }
            try require(paths.insert(file.path.rawValue).inserted, file.path.rawValue, "there once only")
            try require(
                lengths.updateValue(file.length, forKey: file.sha256) ?? file.length == file.length, "\(file.path).length",
                "the length of that content elsewhere")
            total += file.length
            try require(total <= JSONValue.largestInteger, "files", "of a sane length altogether")
        }
        for path in files.map(\.path) + wholes {
            var folder = Substring(path.rawValue)
            while let slash = folder.lastIndex(of: "/") {
                folder = folder[..<slash]
                try require(!paths.contains(String(folder)), String(folder), "either a file or a folder")
            }
        }
    }

    private static func require(_ holds: Bool, _ name: String, _ expected: String) throws(TrustError) {
        guard holds else { throw TrustError(.shape, "manifest.\(name) is not \(expected).") }
    }

    private static func isName(_ text: String, longest: Int) -> Bool {
        (1...longest).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
    }

    private static func isLine(_ text: String) -> Bool {
        // Control characters, line and paragraph separators, and the marks that turn the direction of writing have no place in a title on a
        // screen.
        text.count <= 200 && text.utf8.count <= 2000
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar.value {
                case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: false
                default: true
                }
            }
    }
}
