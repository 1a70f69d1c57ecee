extension Manifest {
    /// Reads the bytes of a manifest whose length the caller has bounded by ``longest``. Throws `trust.json`, `trust.shape` or
    /// `trust.path`.
    package init(parsing bytes: [UInt8]) throws(TrustError) {
        try self.init(JSONValue(parsing: bytes))
    }

    /// Reads and checks a manifest; members that it does not know are passed over. Throws `trust.shape` or `trust.path`.
    package init(_ json: JSONValue) throws(TrustError) {
        let fields = try JSONFields(json, at: "manifest")
        guard try fields.text("format") == Self.format else { throw fields.refusal("format", "\(Self.format); update this program") }
        let any = Int64.min...Int64.max
        var renditions: [Rendition] = []
        for entry in try fields.array("renditions") { renditions.append(try Rendition(JSONFields(entry, at: "manifest.renditions"))) }
        try self.init(
            courseware: fields.text("courseware"), version: fields.integer("version", in: any), title: fields.text("title"),
            category: fields.text("category"),
            speaker: fields.text("speaker"), unit: fields.text("unit"), duration: fields.integer("duration_ms", in: any),
            poster: File(fields.fields("poster")),
            renditions: renditions)
    }

    package var json: JSONValue {
        [
            "format": .string(Self.format), "courseware": .string(courseware), "version": .integer(version), "title": .string(title),
            "category": .string(category), "speaker": .string(speaker), "unit": .string(unit), "duration_ms": .integer(duration),
            "poster": poster.json,
            "renditions": .array(renditions.map(\.json)),
        ]
    }

    /// The file, canonical: one manifest has one text and so one hash.
    package var bytes: [UInt8] { CanonicalJSON.fileBytes(json) }
}

extension Manifest.Rendition {
    fileprivate init(_ fields: JSONFields) throws(TrustError) {
        guard let kind = Manifest.Kind(rawValue: try fields.text("kind")) else {
            throw fields.refusal("kind", "hls, mp4 or pieces; update this program")
        }
        let any = Int64.min...Int64.max
        var files: [Manifest.File] = []
        for entry in try fields.array("files") { files.append(try Manifest.File(JSONFields(entry, at: "manifest.renditions.files"))) }
        self.init(
            name: try fields.text("name"), kind: kind, height: try fields.integer("height", in: any),
            bandwidth: try fields.integer("bandwidth", in: any),
            playlist: fields.has("playlist") ? try fields.path("playlist") : nil, files: files,
            file: kind == .pieces ? try fields.path("file") : nil,
            codecs: kind == .pieces ? try fields.text("codecs") : nil)
    }

    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "kind": .string(kind.rawValue), "height": .integer(height), "bandwidth": .integer(bandwidth),
            "files": .array(files.map(\.json)),
        ]
        if let playlist { members["playlist"] = .string(playlist.rawValue) }
        if let file { members["file"] = .string(file.rawValue) }
        if let codecs { members["codecs"] = .string(codecs) }
        return .object(members)
    }
}

extension Manifest.File {
    fileprivate init(_ fields: JSONFields) throws(TrustError) {
        self.init(
            path: try fields.path("path"), sha256: try fields.sha256("sha256"),
            length: try fields.integer("length", in: Int64.min...Int64.max),
            duration: fields.has("duration_ms") ? try fields.integer("duration_ms", in: Int64.min...Int64.max) : nil)
    }

    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = ["path": .string(path.rawValue), "sha256": .string(sha256.hex), "length": .integer(length)]
        if let duration { members["duration_ms"] = .integer(duration) }
        return .object(members)
    }
}
