import Accounts
import ArgumentParser
import Basics
import Centre
import Foundation
import Storage
import UnixSignals

/// `yuanjiao backup`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract:
            """
            Writes one consistent copy of a centre's database and keys into a folder, also while the centre runs; encrypted for those \
            whose public keys are named.
            """,
        discussion: "docs/operations.md says what else belongs to a backup, and how it is restored.")
    @OptionGroup var common: CommonOptions
    @Option(name: .customLong("to"), help: "The folder, which must be there.") var folder: String
    @Option(
        name: .customLong("for"),
        help:
            """
            A public key of age (age1…) whose secret half can open the copy; as often as there are such keys (YUANJIAO_BACKUP_FOR, with \
            commas between them).
            """
    )
    var recipients: [String] = []

    func run() async throws {
        let settings = try await Settings(common)
        let named =
            recipients.isEmpty
            ? (settings["backup_for"] ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            : recipients
        let backup = try Backup(settings.centre(), recipients: named)
        let centre = try await OpenCentre(settings, existing: true)
        do { try await write(backup, for: named, settings.dataFolder, centre) } catch {
            await centre.close()
            throw error
        }
        await centre.close()
    }

    private func write(_ backup: Backup, for named: [String], _ dataFolder: URL, _ centre: OpenCentre) async throws {
        let folder = URL(fileURLWithPath: folder, isDirectory: true)
        let file = folder.appendingPathComponent(Self.name(at: Clock.system.now, centre.network.zone) + backup.ending)
        try await endedBySignals { try await backup.write(to: file) }
        let act = centre.act
        try await centre.database.write {
            try $0.record("backup.made", file.lastPathComponent, ["folder": folder.path, "keys": String(named.count)], by: act)
        }
        print(file.path)
        print(
            named.isEmpty
                ? """
                NOT ENCRYPTED. Whoever has this file has the catalogue's keys, the log of acts and all figures; name a public key with --for
                """
                : """
                Encrypted for \(named.count) key\(named.count == 1 ? "" : "s"); open it with: age --decrypt --identity SECRET_KEY \
                \(file.lastPathComponent) | tar --extract
                """
        )
        print(
            """
            Uploads and lessons are not in it; copy them after it: rsync -a \(dataFolder.appendingPathComponent("blobs").path)/ \
            \(folder.appendingPathComponent("blobs").path)/
            """
        )
        print("To restore (docs/operations.md): 1. \(Backup.firstStep)")
    }

    /// `2026-11-29T164500` by the clocks of the network.
    private static func name(at instant: Instant, _ zone: NetworkZone) -> String {
        zone.text(instant).replacing(" ", with: "T").replacing(":", with: "") + padded(Int(instant.milliseconds / 1000 % 60), 2)
    }
}

/// Work that Ctrl-C and SIGTERM end in order, so that it tidies up.
private func endedBySignals(_ work: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            try await work()
            return true
        }
        group.addTask {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return false }
            return false
        }
        let isDone = try await group.next() ?? false
        group.cancelAll()
        if isDone { return }
        // The work ends by itself now, or had just ended.
        if try await group.next() != true { throw CancellationError() }
    }
}
