import Accounts
import ArgumentParser
import Basics
import Centre
import Content
import Foundation
import Registry
import Relay
import Storage
import Trust
import Wire

/// `yuanjiao keys init|rotate|revoke|recover|status`
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Shows the keys that sign the catalogue, takes the root's offline, and changes keys that are lost or stolen; nodes follow by themselves.",
        discussion: "docs/keys.md says what to do when.",
        subcommands: [Status.self, Init.self, Rotate.self, Revoke.self, Recover.self, Stop.self], defaultSubcommand: Status.self)
}

/// The keys of the root at hand: the one in the data folder, and sealed ones from sticks.
private struct RootKeys: ParsableArguments {
    @Option(name: .customLong("with"), help: "A sealed root key to sign with; as often as the root asks for.") var sealed: [String] = []
    @Option(name: .long, help: "A file whose first line is the passphrase of the sealed keys; otherwise it is asked for.") var passphraseFile: String?

    /// All of them. Throws for a file that its passphrase does not open.
    func signers(_ folder: KeyFolder) async throws -> [SigningKey] {
        let sealed = sealed
        let passphrase = sealed.isEmpty ? "" : try passphrase(twice: false)
        return try await offPool {
            let own = folder.present.contains(.root) ? [try folder.load(.root)] : []
            return try own + sealed.map { try SealedKey(reading: try Data(contentsOf: URL(fileURLWithPath: $0))).open(passphrase) }
        }
    }

    func passphrase(twice: Bool) throws -> String {
        if let passphraseFile {
            let line = try String(contentsOfFile: passphraseFile, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
            return try Self.checked(String(line), isNew: twice)
        }
        guard isatty(STDIN_FILENO) == 1, let first = getpass("Passphrase: ").map({ String(cString: $0) }) else {
            throw BadSetting(description: "There is no terminal to ask for the passphrase; give --passphrase-file")
        }
        if twice {
            guard let again = getpass("Again: ").map({ String(cString: $0) }), again == first else { throw BadSetting(description: "The two passphrases differ") }
        }
        return try Self.checked(first, isNew: twice)
    }

    private static func checked(_ passphrase: String, isNew: Bool) throws -> String {
        guard !isNew || passphrase.count >= 15 else { throw BadSetting(description: "A passphrase for a root key has at least 15 characters") }
        return passphrase
    }
}

/// The centre's database and folder of keys, and what changes them together.
private struct KeyDesk {
    let centre: OpenCentre
    let folder: KeyFolder
    /// Held as long as the command runs.
    private let lock: FileHandle

    init(_ common: CommonOptions) async throws {
        let settings = try await Settings(common)
        centre = try await OpenCentre(settings)
        let folder = KeyFolder(settings.dataFolder.appendingPathComponent("keys"))
        self.folder = folder
        lock = try await offPool { try folder.lock() }
        // A change that stopped half-way is brought to its end first.
        try await settle()
    }

    /// New keys for online roles, and whatever else shall be other: on the disk first, then in the root, then in their place.
    func change(_ fresh: [MetadataRole: SigningKey], also holders: [MetadataRole: RootChange.Holders] = [:], signers: [SigningKey]) async throws {
        let (folder, act) = (folder, centre.act)
        let keys = try await offPool { () throws -> CatalogueKeys in
            func key(_ role: MetadataRole) throws -> SigningKey { try fresh[role] ?? folder.load(role) }
            let keys = CatalogueKeys(RepositoryKeys(root: nil, targets: try key(.targets), snapshot: try key(.snapshot), timestamp: try key(.timestamp)))
            try folder.stage(fresh)
            return keys
        }
        let change = RootChange(fresh.mapValues { RootChange.Holders([$0.verifyingKey]) }.merging(holders) { _, given in given })
        do { try await centre.database.write { try $0.changeRoot(change, signers: signers, keys: keys, by: act) } } catch let error as TrustError {
            try await settle()
            throw BadSetting(
                description: error.code == .threshold
                    ? "The root asks for more signatures than the keys at hand give; name sealed root keys with --with. Nothing was changed." : error.sentence)
        }
        try await settle()
        print(
            "Root version \(try await centre.database.read { try $0.newestRoot()?.version ?? 0 }) is published. Start the centre again (every one, where there are several); nodes follow by themselves."
        )
    }

    private func settle() async throws {
        let folder = folder
        guard let root = try await centre.database.read({ try $0.newestRoot() }) else { return }
        try await offPool {
            try folder.settle(by: root)
            try folder.removeForeignRoot(by: root)
        }
    }
}

private let onlineRoles: [MetadataRole] = [.timestamp, .snapshot, .targets]

private func freshKeys(_ roles: [MetadataRole]) throws -> [MetadataRole: SigningKey] {
    Dictionary(uniqueKeysWithValues: try Set(roles).map { ($0, try SigningKey(seed: Entropy.system.bytes(32))) })
}

/// Writes a sealed key where nothing lies.
private func write(_ key: SigningKey, _ passphrase: String, to path: String) async throws {
    let salt = Entropy.system.bytes(16)
    try await offPool {
        let sealed = try SealedKey(key, passphrase: passphrase, salt: salt)
        guard !FileManager.default.fileExists(atPath: path) else { throw BadSetting(description: "\(path) is there already") }
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw BadSetting(description: "\(path) cannot be written")
        }
        // On the stick and not only in memory, before the old key goes: a stick is pulled out as soon as the command ends.
        for (place, isFile) in [(path, true), ((path as NSString).deletingLastPathComponent, false)] {
            let descriptor = open(place.isEmpty ? "." : place, isFile ? O_WRONLY : O_RDONLY)
            guard descriptor >= 0 else { throw BadSetting(description: "\(place) cannot be written: \(String(cString: strerror(errno)))") }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            if isFile { try handle.write(contentsOf: sealed.bytes) }
            guard fsync(descriptor) == 0 || !isFile && errno == EINVAL else { throw BadSetting(description: "\(place) did not take the key: \(String(cString: strerror(errno)))") }
            try handle.close()
        }
        // What cannot be opened again is found out now.
        guard try SealedKey(reading: try Data(contentsOf: URL(fileURLWithPath: path))).open(passphrase).seed == key.seed else {
            throw BadSetting(description: "\(path) was not written whole")
        }
    }
}

private struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Says which keys may sign what, which of them lie here, and when what they signed ends.")
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let desk = try await KeyDesk(common)
        let (folder, zone) = (desk.folder, desk.centre.network.zone)
        let here = try await offPool { try Set(folder.present.map { try folder.load($0).verifyingKey.keyID }) }
        let standings = try await desk.centre.database.read { try $0.keyStandings() }
        if standings.isEmpty { print("There is no catalogue yet. Start the centre once.") }
        for standing in standings {
            print("\(standing.role.rawValue): \(standing.threshold) of \(standing.keyIDs.count), version \(standing.version), ends \(zone.text(standing.expiresAt))")
            for keyID in standing.keyIDs { print("  \(keyID)  \(here.contains(keyID) ? "here" : "elsewhere")") }
        }
        await desk.centre.close()
    }
}

private struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes the root offline: three new root keys, two of which must sign, sealed with a passphrase into three files; the key in the data folder goes.")
    @OptionGroup var common: CommonOptions
    @OptionGroup fileprivate var root: RootKeys
    @Option(name: .long, help: "Where a sealed key goes; three times, each on a stick of its own.") var out: [String] = []

    func run() async throws {
        guard Set(out).count == 3 else { throw BadSetting(description: "`keys init` takes three different files with --out, one for each root key") }
        let desk = try await KeyDesk(common)
        let signers = try await root.signers(desk.folder)
        let passphrase = try root.passphrase(twice: true)
        let keys = try (0..<3).map { _ in try SigningKey(seed: Entropy.system.bytes(32)) }
        for (key, path) in zip(keys, out) { try await write(key, passphrase, to: path) }
        try await desk.change([:], also: [.root: .init(keys.map(\.verifyingKey), threshold: 2)], signers: signers + keys)
        await desk.centre.close()
    }
}

private struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prepares an order to stop the screens, and the one to let them go on: two files to keep on a stick, signed by the root's keys.",
        discussion: "`yuanjiao stop FILE` gives one to the centre; where the line is cut, copy it as stop.json into the data folder of an edge or a terminal.")
    @OptionGroup var common: CommonOptions
    @OptionGroup fileprivate var root: RootKeys
    @Option(name: .long, help: "Code of an area whose screens stop, with all below; several times for several.") var area: [String]
    @Option(name: .long, help: "Folder for the two files.") var out: String
    @Option(name: .long, help: "Days for which the orders can be given.") var days = 365

    func run() async throws {
        guard (1...3650).contains(days) else { throw BadSetting(description: "`--days` is a number from 1 to 3650") }
        let desk = try await KeyDesk(common)
        let signers = try await root.signers(desk.folder)
        let (now, areas, days, out) = (desk.centre.act.at.milliseconds, area, days, URL(fileURLWithPath: out, isDirectory: true))
        guard let trusted = try await desk.centre.database.read({ try $0.newestRoot() }) else { throw BadSetting(description: "There is no catalogue yet. Start the centre once.") }
        let today = desk.centre.today
        for code in areas {
            guard try await desk.centre.database.read({ try $0.area(code: code, on: today, in: .everything) }) != nil else {
                throw BadSetting(description: "There is no area \(code): an order for it would stop nothing")
            }
        }
        // Later orders stand above earlier ones, so versions come from the clock.
        for (name, stops, version) in [("stop.json", true, now), ("go-on.json", false, now + 1)] {
            do {
                let order = try StopOrder(version: version, expiresAt: now + Int64(days) * 86_400_000, areas: areas, stops: stops, signedBy: signers)
                try order.verify(by: trusted, at: now)
                try await offPool {
                    try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
                    let place = out.appendingPathComponent(name).path
                    guard !FileManager.default.fileExists(atPath: place) else { throw BadSetting(description: "\(place) is there already") }
                    guard FileManager.default.createFile(atPath: place, contents: Data(order.bytes), attributes: [.posixPermissions: 0o600]) else {
                        throw BadSetting(description: "\(place) cannot be written")
                    }
                }
            } catch let error as TrustError {
                throw BadSetting(description: error.code == .threshold ? "\(error.sentence) Name sealed root keys with --with." : error.sentence)
            }
            print("\(out.appendingPathComponent(name).path)  order \(version)")
        }
        print("Whoever has stop.json can stop these screens: keep it like a key.")
        await desk.centre.close()
    }
}

private struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Gives online roles new keys: timestamp, snapshot, targets, or all three.")
    @OptionGroup var common: CommonOptions
    @OptionGroup fileprivate var root: RootKeys
    @Argument(help: "timestamp, snapshot, targets or all.") var roles: [String]

    func run() async throws {
        let chosen = try roles.flatMap { name -> [MetadataRole] in
            if name == "all" { return onlineRoles }
            guard let role = MetadataRole(rawValue: name), role != .root else {
                throw BadSetting(description: "`keys rotate` takes timestamp, snapshot, targets or all; a root key is replaced with `keys revoke`")
            }
            return [role]
        }
        let desk = try await KeyDesk(common)
        try await desk.change(try freshKeys(chosen), signers: try await root.signers(desk.folder))
        await desk.centre.close()
    }
}

private struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Takes one key out, lost or stolen, and puts a new one in its place.")
    @OptionGroup var common: CommonOptions
    @OptionGroup fileprivate var root: RootKeys
    @Argument(help: "The key's id, as `keys status` shows it; its beginning is enough.") var key: String
    @Option(name: .long, help: "For a root key: where the new sealed one goes.") var out: String?

    func run() async throws {
        let desk = try await KeyDesk(common)
        guard key.count >= 6, let newest = try await desk.centre.database.read({ try $0.newestRoot() }) else {
            throw BadSetting(description: "`keys revoke` takes at least six digits of a key's id")
        }
        let held = MetadataRole.allCases.flatMap { role in newest.signers(of: role).filter { $0.key.hasPrefix(key) }.map { (role: role, key: $0.value) } }
        guard let found = held.first, Set(held.map(\.key)).count == 1 else {
            throw BadSetting(description: held.isEmpty ? "No role has a key \(key)…" : "More than one key begins with \(key)")
        }
        let signers = try await root.signers(desk.folder)
        var (fresh, holders): ([MetadataRole: SigningKey], [MetadataRole: RootChange.Holders]) = (try freshKeys(held.map(\.role).filter { $0 != .root }), [:])
        var more: [SigningKey] = []
        if held.contains(where: { $0.role == .root }), let role = newest.roles[.root] {
            let new = try SigningKey(seed: Entropy.system.bytes(32))
            if let out {
                try await write(new, try root.passphrase(twice: true), to: out)
            } else {
                // A root that still lies in the data folder stays there.
                let folder = desk.folder
                guard try await offPool({ folder.present.contains(.root) }) else { throw BadSetting(description: "The new root key needs a file: give --out") }
                fresh[.root] = new
            }
            holders[.root] = .init(newest.signers(of: .root).values.filter { $0 != found.key } + [new.verifyingKey], threshold: role.threshold)
            more = [new]
        }
        try await desk.change(fresh, also: holders, signers: signers.filter { $0.verifyingKey != found.key || newest.roles[.root]?.threshold == 1 } + more)
        await desk.centre.close()
    }
}

private struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Carries the catalogue forward after a restoration from a backup, or after somebody drove versions far ahead: new timestamp and snapshot keys, under which nodes count anew."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup fileprivate var root: RootKeys
    @Flag(name: .long, help: "The targets key too: somebody who had it may have signed a list.") var targets = false
    @Option(name: .long, help: "When keys were changed after the backup was made: address of an edge, which still has the roots of then.") var from: String?

    func run() async throws {
        let desk = try await KeyDesk(common)
        let (folder, act) = (desk.folder, desk.centre.act)
        if let from, let newest = try await desk.centre.database.read({ try $0.latestMetadata(role: .root) }) {
            let address = try CentreAddress(typed: from).text
            let roots = try await MetadataFolder.roots(after: newest.bytes, from: address + Endpoint.metadata)
            try await desk.centre.database.write { try $0.recallRoots(roots, by: act) }
            print("\(roots.count) newer roots were found at \(address).")
        }
        // What the newest root names and this folder does not have is lost, and replaced too.
        let root = try await desk.centre.database.read { try $0.newestRoot() }
        let lost = try await offPool {
            try onlineRoles.filter { role in try !folder.present.contains(role) || root.map { try !$0.signers(of: role).values.contains(folder.load(role).verifyingKey) } ?? false }
        }
        try await desk.change(try freshKeys([.timestamp, .snapshot] + (targets ? [.targets] : []) + lost), signers: try await self.root.signers(folder))
        await desk.centre.close()
    }
}
