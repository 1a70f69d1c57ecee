/// What one version of one courseware is made of: every file by SHA-256. It says nothing that its own hash, named in the signed targets,
/// does not cover. Every value of this type keeps the rules of
/// ``Manifest/init(courseware:version:title:category:speaker:unit:duration:poster:renditions:)``.
package struct Manifest: Hashable, Sendable {
    /// The word by which a reader knows the format; another format gets another word.
    package static let format = "yuanjiao-manifest-1"
    /// The most bytes of a manifest that a reader takes: some 40,000 segments.
    package static let longest: Int64 = 8_388_608

    /// A file of a rendition, or the poster.
    package struct File: Hashable, Sendable {
        package let path: RelativePath
        package let sha256: SHA256Hex
        /// Bytes, at least 1.
        package let length: Int64
        /// Playing time in milliseconds; of segments only.
        package let duration: Int64?

        package init(path: RelativePath, sha256: SHA256Hex, length: Int64, duration: Int64? = nil) {
            self.path = path
            self.sha256 = sha256
            self.length = length
            self.duration = duration
        }
    }

    /// How a rendition is played.
    package enum Kind: String, CaseIterable, Sendable {
        /// A playlist and its segments.
        case hls
        /// One file.
        case mp4
        /// One file, cut into pieces, and a playlist of byte ranges of it: it plays either way.
        case pieces
    }

    /// One encoding of the whole courseware.
    package struct Rendition: Hashable, Sendable {
        /// For example `360p`; `[a-z0-9-]`, 1 to 32.
        package let name: String
        package let kind: Kind
        /// Picture lines; 0 for sound alone.
        package let height: Int64
        /// Peak bits per second, as an HLS master playlist gives it.
        package let bandwidth: Int64
        /// One of the files, for HLS and pieces; nil for MP4.
        package let playlist: RelativePath?
        package let files: [File]
        /// What the pieces are together, of `pieces` only: it is served under this path and is no file of its own.
        package let file: RelativePath?
        /// RFC 6381 names of what is in it, for example `avc1.4D401F,mp4a.40.2`; of `pieces` only.
        package let codecs: String?

        package init(
            name: String, kind: Kind, height: Int64, bandwidth: Int64, playlist: RelativePath?, files: [File], file: RelativePath? = nil,
            codecs: String? = nil
        ) {
            self.name = name
            self.kind = kind
            self.height = height
            self.bandwidth = bandwidth
            self.playlist = playlist
            self.files = files
            self.file = file
            self.codecs = codecs
        }

        /// The files that make up `file`, in order; none for other kinds.
        package var pieces: [File] { kind == .pieces ? files.filter { $0.path != playlist } : [] }

        /// Bytes to fetch for this rendition, equal content counted once.
        package var totalBytes: Int64 {
            Dictionary(files.map { ($0.sha256, $0.length) }, uniquingKeysWith: { first, _ in first }).values.reduce(0, +)
        }
    }

    /// `[a-z0-9-]`, 1 to 64.
    package let courseware: String
    /// At least 1.
    package let version: Int64
    package let title: String
    package let category: String
    package let speaker: String
    /// Who made it.
    package let unit: String
    /// Milliseconds.
    package let duration: Int64
    package let poster: File
    /// At least one, in the order of the maker.
    package let renditions: [Rendition]

    /// Throws `trust.shape` unless: ids and names are of `[a-z0-9-]`; texts are one line of at most 200 characters, the title not empty;
    /// numbers lie in sane ranges; there are 1 to 16 renditions with different names; an HLS rendition holds its playlist and a segment, an
    /// MP4 rendition is one file, one of pieces holds its playlist and pieces and names the whole and its codecs; no path stands twice,
    /// also not as a folder of another; one content has one length; all lengths together fit 2^53 - 1.
    package init(
        courseware: String, version: Int64, title: String, category: String, speaker: String, unit: String, duration: Int64, poster: File,
        renditions: [Rendition]
    ) throws(TrustError) {
        self.courseware = courseware
        self.version = version
        self.title = title
        self.category = category
        self.speaker = speaker
        self.unit = unit
        self.duration = duration
        self.poster = poster
        self.renditions = renditions
        try check()
    }

    /// Every file: the poster, then the renditions in order.
    package var files: [File] { [poster] + renditions.flatMap(\.files) }

    /// Every content once with its length, in the order in which it is first named.
    package var blobs: [Blob] {
        var seen: Set<SHA256Hex> = []
        return files.filter { seen.insert($0.sha256).inserted }.map { Blob(sha256: $0.sha256, length: $0.length) }
    }

    package func rendition(named name: String) -> Rendition? { renditions.first { $0.name == name } }
}

/// A content to fetch: its address and its length in bytes.
package struct Blob: Hashable, Sendable {
    package let sha256: SHA256Hex
    package let length: Int64

    package init(sha256: SHA256Hex, length: Int64) {
        self.sha256 = sha256
        self.length = length
    }
}
