/// What may be made of frames that carry files: nothing but plain names, in the places that were agreed on, no more and no longer files
/// than were. Pure, so that what a hostile end sends gets no further than this.
package struct Unpacking: Sendable {
    package enum Step: Hashable, Sendable {
        /// A new file, in one of the places, by its plain name; by none where the place itself is the file.
        case open(place: Int, name: String)
        case write([UInt8])
        case close
        /// For the program's standard input.
        case input([UInt8])
        case done
    }

    private let isFolder: [Bool]
    private var files = WorkOrder.mostFiles
    private var bytes: Int
    private var input: Int
    /// Bytes that the open file still gets.
    private var rest = 0

    /// - Parameters:
    ///   - isFolder: of each place, whether it is a folder.
    ///   - bytes: the most of all files together.
    ///   - input: the most of standard input.
    package init(isFolder: [Bool], bytes: Int, input: Int = 0) { (self.isFolder, self.bytes, self.input) = (isFolder, bytes, input) }

    /// What is to be done for the next frame.
    /// - Throws: `WorkerProblem.nonsense`.
    package mutating func take(_ frame: Frame) throws -> [Step] {
        let count = frame.bytes.count
        switch frame.kind {
        case .file where rest == 0:
            let head = try frame.message(FileHead.self, .file)
            guard isFolder.indices.contains(head.place), isFolder[head.place] ? Self.isPlain(head.name) : head.name.isEmpty else {
                throw WorkerProblem.nonsense("a file where none may be")
            }
            guard files > 0 else { throw WorkerProblem.nonsense("more than \(WorkOrder.mostFiles) files") }
            guard (0...bytes).contains(head.length) else { throw WorkerProblem.nonsense("more bytes than were agreed on") }
            (files, bytes, rest) = (files - 1, bytes - head.length, head.length)
            return [.open(place: head.place, name: head.name)] + (rest == 0 ? [.close] : [])
        case .piece where count > 0 && count <= rest:
            rest -= count
            return [.write(frame.bytes)] + (rest == 0 ? [.close] : [])
        case .stream where rest == 0 && count > 0 && count <= input:
            input -= count
            return [.input(frame.bytes)]
        case .end where rest == 0 && count == 0: return [.done]
        default: throw WorkerProblem.nonsense("\(frame.kind) out of its turn")
        }
    }

    /// Names one file in one folder and nothing else.
    static func isPlain(_ name: String) -> Bool {
        (1...255).contains(name.utf8.count) && ![".", ".."].contains(name)
            && !name.utf8.contains { $0 < 32 || $0 == 127 || $0 == UInt8(ascii: "/") }
    }
}
