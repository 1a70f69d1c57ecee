import Content
package import Foundation
import Programs
import Storage

/// Why there is no backup; as a sentence.
package struct BackupProblem: Error, CustomStringConvertible { package let description: String }

/// One consistent copy of a centre's database and of the keys that sign its catalogue, as one file. Blobs are not in it: they are named by
/// their hashes and never change.
package struct Backup: Sendable {
    /// What of the restoration is written down at length in `docs/operations.md`.
    package static let firstStep = "Stop the centre. Put database, `blobs/` and `keys/` back (owner `yuanjiao`, keys mode 0600)."

    private let dataFolder: URL
    /// As in `CentreConfiguration.databaseAddress`.
    private let database: String
    /// The keys for which the file is encrypted, as `age` takes them; none for a file that everybody can read who has it.
    private let recipients: [String]

    /// Throws for what is no recipient; above all for a secret key, which must not come onto a command line.
    package init(_ configuration: CentreConfiguration, recipients: [String]) throws(BackupProblem) {
        dataFolder = configuration.dataFolder
        database = configuration.databaseAddress
        self.recipients = recipients
        guard recipients.allSatisfy({ $0.hasPrefix("age1") || $0.hasPrefix("ssh-") }) else {
            throw BackupProblem(
                description: "A backup is encrypted for public keys: age1… as age-keygen prints it, or ssh-… A secret key stays where it is"
            )
        }
    }

    /// Removes what a backup left behind that was killed: with the database, keys that may have been taken elsewhere since. Leaves one
    /// alone that is under way. Blocking.
    package static func sweep(_ dataFolder: URL) throws {
        guard FileManager.default.fileExists(atPath: BackupRoom.place(in: dataFolder).path) else { return }
        do { try BackupRoom(in: dataFolder).clear() } catch is BackupProblem {}
    }

    private var isPostgres: Bool { database.hasPrefix("postgres:") }

    /// What the name of the file ends with.
    package var ending: String { recipients.isEmpty ? ".tar" : ".tar.age" }

    /// Writes the file. It has its name only once it is whole and on the disk; nothing is left of one that failed, or that was ended.
    package func write(to file: URL) async throws {
        let packing = Program("tar", confinement: .none, memoryMiB: 4096, fileMiB: Self.largestMiB)
        let sealing = Program("age", confinement: .none, memoryMiB: 4096, fileMiB: Self.largestMiB)
        for (program, package) in [("tar", "tar")] + (recipients.isEmpty ? [] : [("age", "age")])
            + (isPostgres ? [("pg_dump", "postgresql-client")] : [])
        {
            guard Program.exists(program) else {
                throw BackupProblem(description: "The program \(program) is not on this machine: install the Debian package \(package)")
            }
        }
        let dataFolder = dataFolder
        let (needed, free) = (size, BlobStore.freeBytes(at: dataFolder))
        guard free > needed + Self.reserve else {
            throw BackupProblem(
                description:
                    """
                    A copy of the database takes \(needed >> 20) MiB of the data folder for a while, and \(free >> 20) MiB are free: make \
                    room, or copy it by hand
                    """
            )
        }
        let room = try await offPool { try BackupRoom(in: dataFolder) }
        let part = file.appendingPathExtension("part")
        do {
            try await offPool { try Self.check(file, part) }
            try await copyDatabaseAndKeys(into: room.folder)
            let contents = [isPostgres ? "centre.dump" : "centre.sqlite", "keys"]
            let tar = (
                packing, ["--create", "--file=-", "--directory=\(room.folder.path)", "--owner=0", "--group=0", "--sort=name"] + contents
            )
            let age = (sealing, ["--encrypt"] + recipients.flatMap { ["--recipient", $0] })
            let outcomes = try await ProgramChain(recipients.isEmpty ? [tar] : [tar, age]).run(into: part.path, seconds: Self.longest)
            // What comes first in the chain ends by the failure of what comes behind it.
            for (outcome, name) in zip(outcomes, ["tar", "age"]).reversed() where outcome.status != 0 { throw Self.failed(name, outcome) }
            try await offPool { try Self.give(file, to: part) }
        } catch {
            _ = try? await offPool { room.clear() }
            throw error
        }
        _ = try? await offPool { room.clear() }
    }

    /// Blocking.
    private static func check(_ file: URL, _ part: URL) throws {
        var isFolder: ObjCBool = false
        let folder = file.deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw BackupProblem(description: "There is no folder \(folder). Is the disk mounted?")
        }
        for path in [file.path, part.path] where FileManager.default.fileExists(atPath: path) {
            throw BackupProblem(description: "\(path) is there already and is not written over")
        }
    }

    /// Gives the part, which nobody else has under way, the name of the whole. Blocking.
    private static func give(_ file: URL, to part: URL) throws {
        guard rename(part.path, file.path) == 0 else {
            let why = String(cString: strerror(errno))
            unlink(part.path)
            throw BackupProblem(description: "\(file.path) cannot be given its name: \(why)")
        }
        file.deletingLastPathComponent().synchronize()
    }

    /// Bytes that the running centre needs meanwhile.
    private static let reserve: Int64 = 512 << 20

    /// The most bytes that the copy can have; of PostgreSQL's nothing is known before, and it is compressed.
    private var size: Int64 {
        isPostgres
            ? 0
            : ["", "-wal"].reduce(0) { sum, ending in
                sum + ((try? FileManager.default.attributesOfItem(atPath: database + ending)[.size] as? NSNumber)?.int64Value ?? 0)
            }
    }

    /// No backup takes longer, and none is larger.
    private static let (longest, largestMiB) = (86_400, 16 << 20)

    /// The keys belong to the roots in the database: nobody changes them meanwhile.
    private func copyDatabaseAndKeys(into folder: URL) async throws {
        let keys = dataFolder.appendingPathComponent("keys", isDirectory: true)
        let lock = try await offPool { try KeyFolder(keys).lock() }
        defer { try? lock.close() }
        if isPostgres {
            let (variables, rest) = try Database.postgresEnvironment(String(database.dropFirst("postgres:".count)))
            let dump = Program("pg_dump", confinement: .none, memoryMiB: 4096, fileMiB: Self.largestMiB, variables: variables)
            let options = ["--format=custom", "--no-password", "--file=\(folder.appendingPathComponent("centre.dump").path)"]
            let outcome = try await dump.run(options + (rest.isEmpty ? [] : ["--dbname=\(rest)"]), seconds: Self.longest) { _ in }
            guard outcome.status == 0 else { throw Self.failed("pg_dump", outcome) }
        } else {
            let database = database
            try await offPool { try Database.copySQLite(database, to: folder.appendingPathComponent("centre.sqlite").path) }
        }
        try await offPool { try FileManager.default.copyItem(at: keys, to: folder.appendingPathComponent("keys", isDirectory: true)) }
    }

    private static func failed(_ program: String, _ outcome: Program.Outcome) -> BackupProblem {
        BackupProblem(
            description: "\(program) ended with \(outcome.status): \(outcome.log.trimmingCharacters(in: .whitespacesAndNewlines))")
    }
}

/// The folder in the data folder in which a plain copy lies for a while, because an archive says of each file first how long it is. One
/// backup at a time has it; what one left behind that was killed is removed.
private final class BackupRoom: Sendable {
    let folder: URL
    private let lock: FileHandle

    static func place(in dataFolder: URL) -> URL { dataFolder.appendingPathComponent("backup.part", isDirectory: true) }

    /// Blocking.
    init(in dataFolder: URL) throws {
        folder = Self.place(in: dataFolder)
        try PrivateFolder.prepare(folder)
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BackupProblem(description: "\(folder.path) cannot be opened") }
        lock = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw BackupProblem(description: "Another backup is being made. Try again when it has ended")
        }
        for old in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            try FileManager.default.removeItem(at: old)
        }
    }

    /// Blocking.
    func clear() {
        try? FileManager.default.removeItem(at: folder)
        try? lock.close()
    }
}

extension URL {
    /// Has the names in a folder on the disk. Blocking.
    fileprivate func synchronize() {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // A share of the network may not know this; the file itself is there.
        _ = fsync(descriptor)
    }
}
