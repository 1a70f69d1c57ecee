import Programs
import Testing

@Suite struct FrameTests {
    /// Reads frames off bytes as off a line that ends after them.
    private func frames(_ bytes: [UInt8]) throws -> [Frame] {
        var (rest, frames) = (bytes[...], [Frame]())
        while !rest.isEmpty {
            frames.append(
                try Frame.read { count in
                    guard rest.count >= count else { throw WorkerProblem.gone }
                    defer { rest = rest.dropFirst(count) }
                    return Array(rest.prefix(count))
                })
        }
        return frames
    }

    @Test func framesComeOutAsTheyWentIn() throws {
        let sent = [
            Frame(.end), Frame(.piece, [0, 255, 10]), Frame(.stream, Array(repeating: 7, count: Frame.longest)),
            try Frame(.file, saying: FileHead(place: 1, name: "ä", length: 3)),
        ]
        let heard = try frames(try sent.flatMap { try $0.encoded })
        #expect(heard == sent)
        #expect(try heard[3].message(FileHead.self, .file) == FileHead(place: 1, name: "ä", length: 3))
    }

    @Test(arguments: [
        ([4], WorkerProblem.gone), ([4, 0, 0, 0, 2, 1], .gone), ([0, 0, 0, 0, 0], .nonsense("a frame of the unknown kind 0")),
        ([99, 0, 0, 0, 0], .nonsense("a frame of the unknown kind 99")), ([4, 0, 16, 0, 1], .nonsense("a frame of 1048577 bytes")),
        ([4, 255, 255, 255, 255], .nonsense("a frame of 4294967295 bytes")),
    ])
    func whatIsCutOffTooLongOrUnknownIsRefused(_ bytes: [UInt8], _ problem: WorkerProblem) {
        #expect(throws: problem) { try frames(bytes) }
    }

    @Test func whatIsTooLongIsNotSent() {
        #expect(throws: WorkerProblem.self) { try Frame(.piece, Array(repeating: 0, count: Frame.longest + 1)).encoded }
    }

    @Test func aMessageOfAnotherKindOrShapeIsRefused() throws {
        #expect(throws: WorkerProblem.nonsense("end where file was due")) { try Frame(.end).message(FileHead.self, .file) }
        #expect(throws: WorkerProblem.nonsense("file that cannot be read")) {
            try Frame(.file, Array("{\"place\": 1}".utf8)).message(FileHead.self, .file)
        }
    }

    private func head(_ place: Int, _ name: String, _ length: Int) throws -> Frame {
        try Frame(.file, saying: FileHead(place: place, name: name, length: length))
    }

    @Test func filesAreUnpackedInTheirPlaces() throws {
        var rules = Unpacking(isFolder: [false, true], bytes: 5, input: 2)
        let frames = [
            try head(0, "", 3), Frame(.piece, [1, 2]), Frame(.piece, [3]), try head(1, "seg0001.ts", 0), try head(1, "片", 2),
            Frame(.piece, [4, 5]), Frame(.stream, [6]),
            Frame(.end),
        ]
        #expect(
            try frames.flatMap { try rules.take($0) } == [
                .open(place: 0, name: ""), .write([1, 2]), .write([3]), .close, .open(place: 1, name: "seg0001.ts"), .close,
                .open(place: 1, name: "片"), .write([4, 5]), .close,
                .input([6]), .done,
            ])
    }

    @Test(arguments: ["", ".", "..", "../x", "/etc/passwd", "a/b", "a\0b", "a\nb", String(repeating: "x", count: 256)])
    func noNameLeavesItsFolder(_ name: String) throws {
        var rules = Unpacking(isFolder: [true], bytes: 9)
        #expect(throws: WorkerProblem.nonsense("a file where none may be")) { _ = try rules.take(try head(0, name, 1)) }
    }

    @Test func noFileIsWhereNoneWasAgreedOn() throws {
        for (place, name) in [(1, "x"), (-1, "x"), (Int.max, "x"), (0, "x")] {
            var rules = Unpacking(isFolder: [false], bytes: 9)
            #expect(throws: WorkerProblem.nonsense("a file where none may be")) { _ = try rules.take(try head(place, name, 1)) }
        }
    }

    @Test func filesAreNoLongerAndNoMoreThanAgreedOn() throws {
        for length in [-1, 4, Int.max] {
            var rules = Unpacking(isFolder: [true], bytes: 3)
            #expect(throws: WorkerProblem.nonsense("more bytes than were agreed on")) { _ = try rules.take(try head(0, "x", length)) }
        }
        var sums = Unpacking(isFolder: [true], bytes: 3)
        _ = try sums.take(try head(0, "x", 2))
        _ = try sums.take(Frame(.piece, [1, 2]))
        #expect(throws: WorkerProblem.nonsense("more bytes than were agreed on")) { _ = try sums.take(try head(0, "y", 2)) }
        var many = Unpacking(isFolder: [true], bytes: 3)
        for number in 0..<WorkOrder.mostFiles { _ = try many.take(try head(0, "f\(number)", 0)) }
        #expect(throws: WorkerProblem.nonsense("more than 10000 files")) { _ = try many.take(try head(0, "x", 0)) }
    }

    /// What comes when something else is due: pieces without a file, a file within a file, more than the file has, an end too early, what
    /// only the other end says.
    @Test func nothingComesOutOfItsTurn() throws {
        let wrong: [[Frame]] = [
            [Frame(.piece, [1])], [try head(0, "x", 2), try head(0, "y", 1)], [try head(0, "x", 2), Frame(.piece, [1, 2, 3])],
            [try head(0, "x", 2), Frame(.piece)],
            [try head(0, "x", 2), Frame(.end)], [Frame(.end, [1])], [Frame(.stream, [1, 2, 3])], [Frame(.stream)], [Frame(.greeting)],
            [Frame(.order)], [Frame(.outcome)],
        ]
        for frames in wrong {
            var rules = Unpacking(isFolder: [true], bytes: 9, input: 2)
            #expect(throws: WorkerProblem.self) { for frame in frames { _ = try rules.take(frame) } }
        }
    }

    private func order(
        _ path: String = "/a/b", _ argument: String = "-i", memoryMiB: Int = 64, fileMiB: Int = 1, seconds: Int = 1, bytes: Int = 0
    ) -> WorkOrder {
        WorkOrder(
            .ffmpeg, [argument], reads: [.init(path: path, isFolder: false)], writes: [], memoryMiB: memoryMiB, fileMiB: fileMiB,
            seconds: seconds, bytes: bytes)
    }

    @Test func anOrderThatNoCentreGivesIsRefused() throws {
        try order().check()
        for wrong in [
            order("a"), order("/"), order(""), order("/a\0"), order("/a", "x\0"), order("/" + String(repeating: "x", count: 4096)),
            order(memoryMiB: 0), order(memoryMiB: .max),
            order(fileMiB: 0), order(fileMiB: .max), order(seconds: 0), order(seconds: .max), order(bytes: -1), order(bytes: .max),
            WorkOrder(.ffmpeg, [], reads: [], writes: Array(repeating: "/a", count: 17), memoryMiB: 1, fileMiB: 1, seconds: 1, bytes: 0),
        ] { #expect(throws: WorkerProblem.self, "\(wrong)") { try wrong.check() } }
        #expect(throws: WorkerProblem.self) {
            try Frame(.order, Array(#"{"tool": "sh", "arguments": []}"#.utf8)).message(WorkOrder.self, .order)
        }
    }

    @Test func pathsWithinArgumentsBecomeTheWorkers() {
        let names = PathNames([("/data/1", "/w/r0"), ("/data/1/50%", "/w/w0")])
        #expect(names.ours("file:/data/1") == "file:/w/r0")
        #expect(names.ours("file:/data/1/50%/seg.ts") == "file:/w/w0/seg.ts")
        #expect(names.ours("file:/data/1/50%%/seg%04d.ts") == "file:/w/w0/seg%04d.ts", "a pattern for names")
        #expect(names.ours("file:/data/10") == "file:/data/10", "another path that begins so")
        #expect(names.ours("/data/1,/data/1/x") == "/data/1,/w/r0/x" && names.ours("-max_pixels") == "-max_pixels")
        #expect(names.theirs("/w/w0/x: no space") == "/data/1/50%/x: no space")
    }
}
