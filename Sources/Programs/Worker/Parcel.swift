import Foundation
import SystemPackage

/// The files of some places, for the way to the other end: regular ones with plain names, in no folder below. All calls block.
struct Parcel: Sendable {
    private struct Item: Sendable {
        let head: FileHead
        let path: String
    }

    private let items: [Item]
    /// Of all of them.
    let bytes: Int

    /// - Throws: `WorkerProblem.refused` for a link, a folder, a device, a name that is not plain, too many files, more bytes than `most`;
    ///   `Errno`.
    init(_ places: [WorkOrder.Place], most: Int = .max) throws {
        var (items, sum) = ([Item](), 0)
        for (number, place) in places.enumerated() {
            for name in place.isFolder ? try Self.names(in: place.path) : [""] {
                let path = name.isEmpty ? place.path : "\(place.path)/\(name)"
                let file = try Self.open(path)
                defer { try? file.close() }
                let length = try Self.length(of: file)
                guard length <= most - sum else { throw WorkerProblem.refused("its files have more than \(most >> 20) MiB together") }
                sum += length
                items.append(Item(head: FileHead(place: number, name: name, length: length), path: path))
            }
        }
        guard items.count <= WorkOrder.mostFiles else { throw WorkerProblem.refused("there are more than \(WorkOrder.mostFiles) files") }
        (self.items, bytes) = (items, sum)
    }

    /// Sends all of them, in pieces.
    func send(over line: WorkerLine) throws {
        for item in items {
            let file = try Self.open(item.path)
            defer { try? file.close() }
            try line.send(Frame(.file, saying: item.head))
            var rest = item.head.length
            while rest > 0 {
                let piece = try [UInt8](unsafeUninitializedCapacity: min(rest, Frame.longest)) { buffer, count in
                    count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
                guard !piece.isEmpty else { throw WorkerProblem.refused("the file \(item.head.name) became shorter while it was read") }
                try line.send(Frame(.piece, piece))
                rest -= piece.count
            }
        }
    }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Follows no link at the end of the path, and waits for nobody at the other end of a pipe.
    private static func open(_ path: String) throws -> FileDescriptor {
        do { return try FileDescriptor.open(FilePath(path), .readOnly, options: [.noFollow, .nonBlocking, .closeOnExec]) } catch Errno
            .tooManySymbolicLinkLevels
        {
            throw WorkerProblem.refused("among the files is a link")
        }
    }

    private static func length(of file: FileDescriptor) throws -> Int {
        var status = stat()
        guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw WorkerProblem.refused("among the files is something else than a file") }
        return Int(status.st_size)
    }

    /// In order. A program may have made any number: reading ends where there are too many.
    private static func names(in folder: String) throws -> [String] {
        guard let list = opendir(folder) else { throw Errno(rawValue: errno) }
        defer { closedir(list) }
        var names: [String] = []
        while let entry = readdir(list) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard let name = String(validating: bytes, as: UTF8.self) else { throw WorkerProblem.refused("the name of a file is no text") }
            if [".", ".."].contains(name) { continue }
            guard Unpacking.isPlain(name) else { throw WorkerProblem.refused("the name of a file holds what no name should") }
            guard names.count < WorkOrder.mostFiles else { throw WorkerProblem.refused("there are more than \(WorkOrder.mostFiles) files") }
            names.append(name)
        }
        return names.sorted()
    }
}
