import Basics
import Documents
import Foundation
import Listener
import Media
import Node
import Programs
import Testing
import Trust
import Wire

/// A parser, texts that it takes, and what must hold of whatever it takes; it crashes on nothing.
struct Parser: Sendable, CustomStringConvertible {
    let name: String
    let good: [String]
    /// Answers whether it was taken; throws or answers false for what is refused. Records an issue when what was taken does not come out
    /// the same again.
    let take: @Sendable ([UInt8]) throws -> Bool

    var description: String { name }
}

/// Every parser of what comes from a file, a form, a device or the network. `bin/fuzz` runs them for as long as it is told; `bin/test`
/// looks at a few thousand texts.
@Suite struct ParserFuzzTests {
    private static let seconds = ProcessInfo.processInfo.environment["YUANJIAO_FUZZ_SECONDS"].flatMap { Double($0) }

    @Test(arguments: parsers)
    func noTextBreaksAParser(_ parser: Parser) throws {
        let good = parser.good.map { Array($0.utf8) }
        for text in good {
            #expect(try parser.take(text), "\(parser.name) refuses a good text: \(String(decoding: text.prefix(200), as: UTF8.self))")
        }
        let seed = Self.seconds == nil ? 20110305 : Entropy.system.safeInteger()
        var (mutator, taken, count) = (Mutator(seed: UInt64(bitPattern: Int64(seed))), 0, 0)
        let end = Self.seconds.map { Date().addingTimeInterval($0) }
        let last = try Self.seconds.map { _ in try Self.note(parser.name) }
        while end.map({ Date() < $0 }) ?? (count < 3000) {
            let text = mutator.next(of: good)
            if let last {
                try last.truncate(atOffset: 0)
                try last.write(contentsOf: text)
            }
            if (try? parser.take(text)) == true { taken += 1 }
            count += 1
        }
        print("\(parser.name): \(count) texts, \(taken) taken, seed \(seed)")
    }

    /// What a crash leaves behind: the text that it was about.
    private static func note(_ name: String) throws -> FileHandle {
        let folder = URL(fileURLWithPath: ".build/fuzz", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("\(name).last")
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func key(_ byte: UInt8) throws -> SigningKey { try SigningKey(seed: Array(repeating: byte, count: 32)) }

    private static func signed() throws -> (root: [UInt8], publication: Publication) {
        let repository = Repository(
            keys: RepositoryKeys(
                root: try key(1), targets: try key(2), snapshot: try key(3), timestamp: try key(4),
                publishers: PublisherKeys(secret: try key(5))),
            lifetimes: .standard)
        let path = try RelativePath(checking: "courseware/network/a/1.json", at: "test")
        let file = TargetFile(length: 9, sha256: SHA256Hex(of: [1]), custom: ["kind": "courseware"])
        return (
            try repository.firstRoot(at: 1_300_000_000_000),
            try repository.publish([Publisher.network.role: [path: file]], after: nil, at: 1_300_000_000_000)
        )
    }

    /// What was read and is written must be read the same again.
    private static func same<Value: Equatable>(_ value: Value, _ again: Value, _ name: String) -> Bool {
        if value != again { Issue.record("\(name): written and read again it is another") }
        return true
    }

    /// What goes over the line between centre and worker: an order with its files, and the files that come back. Lengths are chosen so that
    /// the bytes are text.
    private static func carried() throws -> [String] {
        func padded(_ kind: Frame.Kind, _ message: some Encodable) throws -> Frame {
            let bytes = Array(try JSONEncoder().encode(message))
            return Frame(kind, bytes + Array(repeating: UInt8(ascii: " "), count: (256 - bytes.count % 256) % 256))
        }
        let order = WorkOrder(
            .ffmpeg, ["-i", "file:/a"], reads: [.init(path: "/a", isFolder: false), .init(path: "/b", isFolder: true)], writes: ["/c"],
            memoryMiB: 64, fileMiB: 1, seconds: 9,
            bytes: 8)
        let files = [
            try padded(.file, FileHead(place: 0, name: "", length: 3)), Frame(.piece, Array("abc".utf8)),
            try padded(.file, FileHead(place: 1, name: "x.ts", length: 0)),
            Frame(.stream, Array("typed".utf8)), Frame(.end),
        ]
        let greeting = WorkerGreeting(user: 997, confinement: .bubblewrap, tools: Tool.allCases)
        let back = [try padded(.file, FileHead(place: 0, name: "seg0001.ts", length: 2)), Frame(.piece, Array("ts".utf8)), Frame(.end)]
        return try [[try padded(.order, order)] + files, [try padded(.greeting, greeting)] + back].map {
            text(try $0.flatMap { try $0.encoded })
        }
    }

    private static func frame(_ rest: inout ArraySlice<UInt8>) throws -> Frame {
        try Frame.read { count in
            guard count <= rest.count else { throw WorkerProblem.gone }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }

    /// Whether frames are those of one end of a run. What is let in stays in its folder and within what was agreed on.
    private static func carries(_ bytes: [UInt8]) throws -> Bool {
        var (rest, most, input) = (bytes[...], 8, 8)
        var rules = Unpacking(isFolder: [true], bytes: most)
        while true {
            let frame = try Self.frame(&rest)
            var again = try frame.encoded[...]
            _ = same(frame, try Self.frame(&again), "frame")
            if frame.kind == .greeting {
                _ = try frame.message(WorkerGreeting.self, .greeting)
                continue
            }
            if frame.kind == .order {
                let order = try frame.message(WorkOrder.self, .order)
                try order.check()
                (rules, most) = (Unpacking(isFolder: order.reads.map(\.isFolder), bytes: order.bytes, input: input), order.bytes)
                continue
            }
            for step in try rules.take(frame) {
                switch step {
                case .open(_, let name): if name.contains("/") || name == ".." { Issue.record("worker: \(name) is let in") }
                case .write(let bytes): most -= bytes.count
                case .input(let bytes): input -= bytes.count
                case .close: break
                case .done: return rest.isEmpty
                }
                if most < 0 || input < 0 { Issue.record("worker: more is let in than was agreed on") }
            }
        }
    }

    private static let sheet = """
        <worksheet><sheetData><row r="1"><c r="A1" t="str"><v>云溪市</v></c><c r="B1" s="1"><v>40664</v></c></row>
        <row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>9.90101E11</v></c><c t="inlineStr"><is><t>村</t></is></c></row>
        <row r="3"><c r="B3"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells></worksheet>
        """

    /// A workbook around a sheet.
    private static func workbook(_ sheet: [UInt8]) throws -> [UInt8] {
        var zip = ZipFile()
        zip.add("xl/workbook.xml", "<workbook xmlns:r=\"r\"><sheets><sheet name=\"x\" r:id=\"a\"/></sheets></workbook>")
        zip.add("xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"a\" Target=\"worksheets/s.xml\"/></Relationships>")
        zip.add("xl/sharedStrings.xml", "<sst><si><t>东岭县</t></si></sst>")
        zip.add("xl/styles.xml", "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>")
        zip.add("xl/worksheets/s.xml", Data(sheet))
        return Array(try zip.packed())
    }

    static let parsers: [Parser] = {
        guard let signed = try? signed(),
            let stop = try? StopOrder(version: 3, expiresAt: 1_400_000_000_000, areas: ["9901"], stops: true, signedBy: [key(1)])
        else { return [] }
        let facts = """
            {"batch": "b-1", "facts": [
            {"id": "1", "kind": "presence", "terminal": "T1", "day": "2011-03-05", "minutes": "480-541,600"},
            {"id": "2", "kind": "play", "terminal": "T1", "boot": 7, "sequence": 1, "courseware": "c", "mode": "demand", "intervals": [{"at": 1299340800000, "from": 0, "until": 60000}]},
            {"id": "3", "kind": "watermark", "terminal": "T1", "through_at": 1299340800000, "clock_error_ms": -60000},
            {"id": "4", "kind": "holding", "node": "T1", "courseware": "c", "version": 1, "revision": 2, "state": "fetching", "done_bytes": 1, "total_bytes": 2},
            {"id": "5", "kind": "incident", "node": "T1", "incident": "disk.changed", "about": "c", "first_at": 1, "last_at": 2, "count": 3}]}
            """
        let envelope = Envelope(node: "T1", signature: "abc", body: Data(facts.utf8))
        return [
            Parser(name: "worker", good: (try? carried()) ?? []) { try carries($0) },
            Parser(name: "batch", good: [facts]) { bytes in
                let batch = try Batch(json: Data(bytes))
                for case .fact(let fact) in batch.entries {
                    _ = same(fact, try JSONDecoder().decode(Fact.self, from: try JSONEncoder().encode(fact)), "fact")
                }
                return true
            },
            Parser(name: "sheet", good: [sheet]) { bytes in
                let rows = try SheetReading.rows(try workbook(bytes))
                return rows.allSatisfy { $0.number > 0 && !$0.cells.allSatisfy(\.isEmpty) }
            },
            Parser(name: "hours", good: ["08:30-12:00 14:00-17:30", "9:00－12:00，14：00至17：30"]) { bytes in
                guard let hours = OfficeHours(written: text(bytes)) else { return false }
                return same(hours, OfficeHours(written: hours.description) ?? WorkCalendar.usual.hours, "hours")
            },
            Parser(name: "envelopes", good: [text(Array(Envelope.load([envelope, envelope])))]) { bytes in
                let load = try Envelope.unload(Data(bytes))
                return same(load, try Envelope.unload(Envelope.load(load)), "envelopes")
            },
            Parser(name: "root", good: [text(signed.root)]) { bytes in
                let root = try SignedMetadata<Root>(parsing: bytes)
                try? root.verify(by: root.content)
                return true
            },
            Parser(
                name: "targets",
                good: signed.publication.signedFiles.filter { ["targets", "network"].contains($0.role) }.map { text($0.bytes) }
            ) {
                _ = try SignedMetadata<Targets>(parsing: $0); return true
            },
            Parser(name: "snapshot", good: [text(signed.publication.signedFiles.first { $0.role == "snapshot" }?.bytes ?? [])]) {
                _ = try SignedMetadata<Snapshot>(parsing: $0); return true
            },
            Parser(name: "timestamp", good: [text(signed.publication.signedFiles.first { $0.role == "timestamp" }?.bytes ?? [])]) {
                _ = try SignedMetadata<Timestamp>(parsing: $0); return true
            },
            Parser(name: "stop", good: [text(stop.bytes)]) { bytes in
                let order = try StopOrder(parsing: bytes)
                if let root = try? SignedMetadata<Root>(parsing: signed.root).content { try? order.verify(by: root, at: 1_300_000_000_000) }
                return true
            },
            Parser(name: "json", good: [#"{"a": [1, -2, "é\u00e9", null, true, {"b": {}}]}"#, text(signed.root)]) {
                _ = try JSONValue(parsing: $0); return true
            },
            Parser(name: "signature", good: ["Yuanjiao node=T1, signature=\(String(repeating: "A", count: 86))"]) {
                _ = try RequestSignature(header: text($0)); return true
            },
            Parser(name: "claim", good: ["yuanjiao-claim:1:AAAAA-BBBBB:\(String(repeating: "a", count: 64)):http://10.0.0.2:8080"]) {
                _ = try Claim(typed: text($0)); return true
            },
            Parser(name: "address", good: ["http://10.0.0.2:8080", "https://[::1]:443"]) {
                _ = try CentreAddress(typed: text($0)); return true
            },
            Parser(name: "minutes", good: ["480-541,600", "0-1439"]) { bytes in
                guard let minutes = MinuteSet(text: text(bytes)) else { return false }
                _ = same(minutes, MinuteSet(encoded: minutes.encoded) ?? MinuteSet(), "minutes")
                return same(minutes, MinuteSet(text: minutes.text) ?? MinuteSet(), "minutes")
            },
            Parser(name: "encoded-minutes", good: [String(decoding: MinuteSet(text: "1-5,9")?.encoded ?? [], as: UTF8.self)]) {
                MinuteSet(encoded: $0) != nil
            },
            Parser(name: "csv", good: ["code,name\r\n9901,\"a \"\"b\"\"\"\r\n", "区划代码,名称\n9901,甲\n"]) { bytes in
                let csv = try CSV(bytes)
                let again = try CSV(Array((CSV.line(csv.header) + csv.records.map { CSV.line($0.fields) }.joined()).utf8))
                return csv.records.count >= again.records.count
            },
            Parser(
                name: "form-data",
                good: [
                    "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\n"
                        + "Content-Disposition: form-data; name=\"f\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n"
                        + "x,y\r\n\r\n--b--\r\n"
                ]
            ) { bytes in
                guard let form = FormData(Data(bytes), contentType: "multipart/form-data; boundary=b") else { return false }
                return same(form.files.count + form.fields.count > 0 || bytes.starts(with: Array("--b--".utf8)), true, "form-data")
            },
            Parser(name: "range", good: ["bytes=0-9", "bytes=-5", "bytes=0-1,3-4,9-"]) { bytes in
                let answer = RangeAnswer(text(bytes), length: 100, type: "a/b")
                let length = answer.pieces.reduce(0) { sum, piece in
                    switch piece {
                    case .text(let text): sum + text.utf8.count
                    case .bytes(let range): sum + range.count
                    }
                }
                return same(answer.length, length, "range")
            },
            Parser(name: "playlist", good: ["#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:6\n#EXTINF:6.0,\n00000.ts\n#EXT-X-ENDLIST\n"])
            { bytes in
                _ = try? RangePlaylist.parse(text(bytes), file: "file.mp4", length: 1000)
                _ = try? MediaPlaylist.parse(text(bytes))
                return true
            },
            Parser(
                name: "probe",
                good: [
                    #"""
                    {"streams": [{"index": 0, "codec_type": "video", "codec_name": "h264", "width": 640, "height": 360, "avg_frame_rate": \#
                    "25/1", "r_frame_rate": "25/1"}], "format": {"format_name": "mov,mp4", "duration": "60.0", "start_time": "0.0"}}
                    """#
                ]
            ) {
                _ = try Probe.parse(Data($0), head: Array($0.prefix(64))); return true
            },
            Parser(name: "packets", good: ["0,0.000000,0.000000,0.040000\n0,0.040000,0.040000,0.040000\n1,0.0,N/A,0.02\n"]) { bytes in
                var scan = PacketScan(clockMayJump: bytes.count % 2 == 0)
                for start in stride(from: 0, to: bytes.count, by: 7) { scan.take(Array(bytes[start..<min(start + 7, bytes.count)])) }
                return scan.length() >= 0
            },
            Parser(
                name: "play-report",
                good: [
                    #"""
                    {"play": "p-1", "courseware": "c", "mode": "demand", "intervals": [{"at": 1299340800000, "from": 0, "until": 60000}], \#
                    "ended": true}
                    """#
                ]
            ) {
                _ = try JSONDecoder().decode(PlayReport.self, from: Data($0))
                return true
            },
            Parser(
                name: "receipt",
                good: [
                    #"{"batch": "b", "epoch": "e", "at": 5, "verdicts": [{"id": "1", "verdict": "stored", "reason": "", "sentence": ""}]}"#
                ]
            ) {
                _ = try JSONDecoder().decode(Receipt.self, from: Data($0))
                return true
            },
            Parser(name: "codes", good: ["990101001201", "2011-03-05", "2011-03"]) { bytes in
                let text = text(bytes)
                return AreaCode(text).map { same($0.description, text, "area") } ?? Day(text).map { same($0.description, text, "day") }
                    ?? Month(text).map {
                        same($0.description, text, "month")
                    }
                    ?? false
            },
        ]
    }()
}
