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
        abstract:
            """
            Shows the keys that sign the catalogue, takes them offline, and changes keys that are lost or stolen; nodes follow by \
            themselves.
            """,
        discussion: "docs/keys.md says what to do when.",
        subcommands: [Status.self, Init.self, Rotate.self, Revoke.self, Recover.self, Publishers.self, Publish.self, Stop.self],
        defaultSubcommand: Status.self)
}

/// The keys at hand: those in the data folder, and sealed ones from sticks.
struct StickKeys: ParsableArguments {
    @Option(name: .customLong("with"), help: "A sealed key to sign with; as often as signatures are asked for.") var sealed: [String] = []
    @Option(name: .long, help: "A file whose first line is the passphrase of the sealed keys; otherwise it is asked for.")
    var passphraseFile: String?

    /// The root's own and those from sticks. Throws for a file that its passphrase does not open.
    func signers(_ folder: KeyFolder) async throws -> [SigningKey] {
        let sealed = try await opened()
        return try await offPool { (folder.present.contains(.root) ? [try folder.load(.root)] : []) + sealed }
    }

    /// Those from sticks.
    func opened() async throws -> [SigningKey] {
        let sealed = sealed
        let passphrase = sealed.isEmpty ? "" : try passphrase(twice: false)
        return try await offPool {
            try sealed.map { file in
                do { return try SealedKey(reading: Data(try read(file))).open(passphrase) } catch let error as TrustError {
                    throw BadSetting(description: "\(file): \(error.sentence)")
                }
            }
        }
    }

    func passphrase(twice: Bool) throws -> String {
        if let passphraseFile {
            let line =
                String(decoding: try read(passphraseFile), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).first
                ?? ""
            return try Self.checked(String(line), isNew: twice)
        }
        guard isatty(STDIN_FILENO) == 1, let first = getpass("Passphrase: ").map({ String(cString: $0) }) else {
            throw BadSetting(description: "There is no terminal to ask for the passphrase; give --passphrase-file")
        }
        if twice {
            guard let again = getpass("Again: ").map({ String(cString: $0) }), again == first else {
                throw BadSetting(description: "The two passphrases differ")
            }
        }
        return try Self.checked(first, isNew: twice)
    }

    private static func checked(_ passphrase: String, isNew: Bool) throws -> String {
        guard !isNew || passphrase.count >= 15 else { throw BadSetting(description: "A passphrase for a key has at least 15 characters") }
        return passphrase
    }
}

/// The centre's database and folder of keys, and what changes them together.
struct KeyDesk {
    let centre: OpenCentre
    let folder: KeyFolder
    private let data: URL
    /// Held as long as the command runs.
    private let lock: FileHandle

    init(_ common: CommonOptions) async throws {
        let settings = try await Settings(common)
        centre = try await OpenCentre(settings, existing: true)
        data = settings.dataFolder
        let folder = KeyFolder(settings.dataFolder.appendingPathComponent("keys"))
        self.folder = folder
        lock = try await offPool { try folder.lock() }
        // A change that stopped half-way is brought to its end first.
        try await settle()
    }

    /// The newest root and who publishes.
    func named() async throws -> NamedKeys {
        guard let named = try await centre.database.read({ try $0.namedKeys() }) else {
            throw BadSetting(description: "There is no catalogue yet. Start the centre once.")
        }
        return named
    }

    /// New keys for what lies here, and whatever else shall be other: on the disk first, then in the root and the lists, then in their
    /// place.
    /// - Parameters:
    ///   - holders: roles of the root whose keys shall lie elsewhere.
    ///   - publishers: those to whom more is delegated, or with other keys; the key from a stick, or nil for one that is made here.
    ///   - renews: whether the top list is signed anew also when nothing in it changes.
    func change(
        _ fresh: [KeyName: SigningKey] = [:], also holders: [MetadataRole: RootChange.Holders] = [:],
        publishers: [Publisher: SigningKey?] = [:], renews: Bool = false,
        signers: [SigningKey]
    ) async throws {
        let (folder, act, named) = (folder, centre.act, try await named())
        let (keys, delegated) = try await offPool { () throws -> (CatalogueKeys, [Publisher: [VerifyingKey]]?) in
            var files = Dictionary(uniqueKeysWithValues: try folder.present.map { ($0, try folder.load($0)) })
            files.merge(fresh) { _, new in new }
            for role in holders.keys { files[KeyName(rawValue: role.rawValue) ?? .root] = nil }
            let others = publishers.compactMapValues { $0 }
            let made = PublisherKeys(secret: files[.publishers])
            var delegated = Dictionary(
                uniqueKeysWithValues: (named.catalogue?.publishers ?? []).map { ($0, named.catalogue?.signers(of: $0) ?? []) })
            // A new secret makes new keys for all but those on sticks.
            if fresh[.publishers] != nil {
                for publisher in delegated.keys where !named.isOnStick(publisher) {
                    delegated[publisher] = try made.made(for: publisher).map { [$0.verifyingKey] }
                }
            }
            for (publisher, key) in publishers { delegated[publisher] = try (key ?? made.made(for: publisher)).map { [$0.verifyingKey] } }
            try folder.stage(fresh)
            return (try CatalogueKeys(files, others: others), fresh[.publishers] == nil && publishers.isEmpty && !renews ? nil : delegated)
        }
        let roles = Dictionary(
            uniqueKeysWithValues: fresh.compactMap { name, key in name.role.map { ($0, RootChange.Holders([key.verifyingKey])) } })
        let root = roles.merging(holders) { _, given in given }
        let taken = Set(publishers.filter { $0.value != nil }.keys)
        let change = KeyChange(root: root.isEmpty ? nil : RootChange(root), publishers: delegated, taken: taken)
        do { try await centre.database.write { try $0.changeKeys(change, signers: signers, keys: keys, by: act) } } catch let error
            as TrustError
        {
            try await settle()
            throw BadSetting(
                description: [.threshold, .key].contains(error.code)
                    ? """
                    The root asks for more signatures than the keys at hand give; name sealed keys with --with. Nothing was changed. \
                    (\(error.sentence))
                    """
                    : error.sentence)
        }
        try await settle()
        print(
            """
            It is published under root version \(try await self.named().root.version). Start the centre again (every one, where there are \
            several); nodes follow by themselves.
            """
        )
    }

    private func settle() async throws {
        let (folder, data) = (folder, data)
        guard let named = try await centre.database.read({ try $0.namedKeys() }) else { return }
        try await offPool {
            try Backup.sweep(data)
            try folder.settle(by: named)
            try folder.removeForeign(by: named)
        }
    }

    /// The publishers of all counties that have none, to get keys that are made here.
    func newCounties() async throws -> [Publisher: SigningKey?] {
        let (today, known) = (centre.today, Set(try await named().catalogue?.publishers ?? []))
        let codes = try await centre.database.read { try $0.countyCodes(on: today) }
        var counties: [Publisher: SigningKey?] = [:]
        for publisher in Set(codes.compactMap { Publisher(area: $0) }).subtracting(known) { counties.updateValue(nil, forKey: publisher) }
        return counties
    }
}

private func freshKeys(_ names: [KeyName]) throws -> [KeyName: SigningKey] {
    Dictionary(uniqueKeysWithValues: try Set(names).map { ($0, try SigningKey(seed: Entropy.system.bytes(32))) })
}

/// Writes a sealed key where nothing lies.
func write(_ key: SigningKey, _ passphrase: String, to path: String) async throws {
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
            guard fsync(descriptor) == 0 || !isFile && errno == EINVAL else {
                throw BadSetting(description: "\(place) did not take the key: \(String(cString: strerror(errno)))")
            }
            try handle.close()
        }
        // What cannot be opened again is found out now.
        guard try SealedKey(reading: try Data(contentsOf: URL(fileURLWithPath: path))).open(passphrase).seed == key.seed else {
            throw BadSetting(description: "\(path) was not written whole")
        }
    }
}

private struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says which keys may sign what, which of them lie here, and when what they signed ends.")
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let desk = try await KeyDesk(common)
        let (folder, zone) = (desk.folder, desk.centre.network.zone)
        let named = try await desk.centre.database.read { try $0.namedKeys() }
        let here = try await offPool { () throws -> Set<String> in
            let publishers = PublisherKeys(secret: folder.present.contains(.publishers) ? try folder.load(.publishers) : nil)
            return try Set(
                folder.present.map { try folder.load($0).verifyingKey.keyID }
                    + (named?.catalogue?.publishers ?? []).compactMap { try publishers.made(for: $0)?.verifyingKey.keyID }
            )
        }
        let standings = try await desk.centre.database.read { try $0.keyStandings() }
        if standings.isEmpty { print("There is no catalogue yet. Start the centre once.") }
        for standing in standings {
            print(
                """
                \(standing.role): \(standing.threshold) of \(standing.keyIDs.count), version \(standing.version), ends \
                \(zone.text(standing.expiresAt))
                """
            )
            for keyID in standing.keyIDs { print("  \(keyID)  \(here.contains(keyID) ? "here" : "elsewhere")") }
        }
        if named != nil, case let counties = try await desk.newCounties(), !counties.isEmpty {
            print(
                """
                \(counties.count) counties have no key of their own yet; they publish under the network's. `keys publishers` gives them one.
                """
            )
        }
        await desk.centre.close()
    }
}

private struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            """
            Takes the keys of root and targets offline: three new ones, two of which must sign, sealed with a passphrase into three files; \
            the keys in the data folder go. Every county gets a key to publish with.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var sticks: StickKeys
    @Option(name: .long, help: "Where a sealed key goes; three times, each on a stick of its own.") var out: [String] = []

    func run() async throws {
        guard Set(out).count == 3 else {
            throw BadSetting(description: "`keys init` takes three different files with --out, one for each key")
        }
        let desk = try await KeyDesk(common)
        let signers = try await sticks.signers(desk.folder)
        let passphrase = try sticks.passphrase(twice: true)
        let keys = try (0..<3).map { _ in try SigningKey(seed: Entropy.system.bytes(32)) }
        for (key, path) in zip(keys, out) { try await write(key, passphrase, to: path) }
        let holders = RootChange.Holders(keys.map(\.verifyingKey), threshold: 2)
        try await desk.change(also: [.root: holders, .targets: holders], publishers: try await desk.newCounties(), signers: signers + keys)
        await desk.centre.close()
    }
}

private struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            """
            Prepares an order to stop the screens, and the one to let them go on: two files to keep on a stick, signed by the root's keys.
            """,
        discussion:
            """
            `yuanjiao stop FILE` gives one to the centre; where the line is cut, copy it as stop.json into the data folder of an edge or a \
            terminal.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var sticks: StickKeys
    @Option(name: .long, help: "Code of an area whose screens stop, with all below; several times for several.") var area: [String]
    @Option(name: .long, help: "Folder for the two files.") var out: String
    @Option(name: .long, help: "Days for which the orders can be given.") var days = 365

    func run() async throws {
        guard (1...3650).contains(days) else { throw BadSetting(description: "`--days` is a number from 1 to 3650") }
        let desk = try await KeyDesk(common)
        let signers = try await sticks.signers(desk.folder)
        let (now, areas, days, out) = (desk.centre.act.at.milliseconds, area, days, URL(fileURLWithPath: out, isDirectory: true))
        guard let trusted = try await desk.centre.database.read({ try $0.newestRoot() }) else {
            throw BadSetting(description: "There is no catalogue yet. Start the centre once.")
        }
        let today = desk.centre.today
        for code in areas {
            guard try await desk.centre.database.read({ try $0.area(code: code, on: today, in: .everything) }) != nil else {
                throw BadSetting(description: "There is no area \(code): an order for it would stop nothing")
            }
        }
        // Later orders stand above earlier ones, so versions come from the clock.
        for (name, stops, version) in [("stop.json", true, now), ("go-on.json", false, now + 1)] {
            do {
                let order = try StopOrder(
                    version: version, expiresAt: now + Int64(days) * 86_400_000, areas: areas, stops: stops, signedBy: signers)
                try order.verify(by: trusted, at: now)
                try await offPool {
                    try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
                    let place = out.appendingPathComponent(name).path
                    guard !FileManager.default.fileExists(atPath: place) else { throw BadSetting(description: "\(place) is there already") }
                    guard FileManager.default.createFile(atPath: place, contents: Data(order.bytes), attributes: [.posixPermissions: 0o600])
                    else {
                        throw BadSetting(description: "\(place) cannot be written")
                    }
                }
            } catch let error as TrustError {
                throw BadSetting(
                    description: error.code == .threshold ? "\(error.sentence) Name sealed root keys with --with." : error.sentence)
            }
            print("\(out.appendingPathComponent(name).path)  order \(version)")
        }
        print("Whoever has stop.json can stop these screens: keep it like a key.")
        await desk.centre.close()
    }
}

private struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Gives what lies here new keys: timestamp, snapshot, publishers, targets while it is here, or all of these.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var sticks: StickKeys
    @Argument(help: "timestamp, snapshot, publishers, targets or all.") var roles: [String]

    func run() async throws {
        let named = try roles.map { name -> KeyName? in
            if name == "all" { return nil }
            guard let name = KeyName(rawValue: name), name != .root else {
                throw BadSetting(
                    description:
                        "`keys rotate` takes timestamp, snapshot, publishers, targets or all; a root key is replaced with `keys revoke`")
            }
            return name
        }
        let desk = try await KeyDesk(common)
        let folder = desk.folder
        let online = try await offPool { KeyName.allCases.filter { $0 != .root && folder.present.contains($0) } }
        guard named.allSatisfy({ $0 == nil || online.contains($0 ?? .root) }) else {
            throw BadSetting(
                description:
                    """
                    The keys of targets lie on sticks; one of them is replaced with `keys revoke`. A file that was lost is replaced with \
                    `keys recover`
                    """
            )
        }
        try await desk.change(try freshKeys(named.flatMap { $0.map { [$0] } ?? online }), signers: try await sticks.signers(folder))
        await desk.centre.close()
    }
}

private struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes one key out, lost or stolen, and puts a new one in its place, for all that it signed.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var sticks: StickKeys
    @Argument(help: "The key's id, as `keys status` shows it; its beginning is enough.") var key: String
    @Option(name: .long, help: "For a key that lies elsewhere: where the new sealed one goes.") var out: String?

    func run() async throws {
        let desk = try await KeyDesk(common)
        guard key.count >= 6 else { throw BadSetting(description: "`keys revoke` takes at least six digits of a key's id") }
        let (named, folder) = (try await desk.named(), desk.folder)
        let newest = named.root
        let held = MetadataRole.allCases.flatMap { role in
            newest.signers(of: role).filter { $0.key.hasPrefix(key) }.map { (role: role, key: $0.value) }
        }
        guard let found = held.first, Set(held.map(\.key)).count == 1 else {
            let isPublisher =
                named.catalogue?.publishers.contains { named.catalogue?.signers(of: $0).contains { $0.keyID.hasPrefix(key) } == true }
                == true
            if isPublisher {
                throw BadSetting(
                    description:
                        """
                        \(key)… is a publisher's key; it is replaced with `keys rotate publishers`, or `keys publishers` for one on a stick
                        """
                )
            }
            throw BadSetting(description: held.isEmpty ? "No role has a key \(key)…" : "More than one key begins with \(key)")
        }
        let signers = try await sticks.signers(folder)
        let here = try await offPool { try folder.present.filter { try folder.load($0).verifyingKey == found.key } }
        let fresh = try freshKeys(here)
        let away = held.map(\.role).filter { role in !here.contains { $0.role == role } }
        var (holders, more): ([MetadataRole: RootChange.Holders], [SigningKey]) = ([:], fresh.values.map { $0 })
        if !away.isEmpty {
            guard let out else { throw BadSetting(description: "The new key needs a file: give --out") }
            let new = try SigningKey(seed: Entropy.system.bytes(32))
            try await write(new, try sticks.passphrase(twice: true), to: out)
            more.append(new)
            for role in away {
                holders[role] = .init(
                    newest.signers(of: role).values.filter { $0 != found.key } + [new.verifyingKey],
                    threshold: newest.roles[role]?.threshold ?? 1)
            }
        }
        try await desk.change(
            fresh, also: holders, signers: signers.filter { $0.verifyingKey != found.key || newest.roles[.root]?.threshold == 1 } + more)
        await desk.centre.close()
    }
}

private struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            """
            Carries the catalogue forward after a restoration from a backup, or after somebody drove versions far ahead: new timestamp and \
            snapshot keys, under which nodes count anew.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var sticks: StickKeys
    @Flag(name: .long, help: "The publishers' keys too: somebody who had them may have signed a list.") var publishers = false
    @Option(name: .long, help: "When keys were changed after the backup was made: address of an edge, which still has the roots of then.")
    var from: String?

    func run() async throws {
        let desk = try await KeyDesk(common)
        let (folder, act) = (desk.folder, desk.centre.act)
        if let from, let newest = try await desk.centre.database.read({ try $0.latestMetadata(role: .root) }) {
            let address = try CentreAddress(typed: from).text
            let roots = try await MetadataFolder.roots(after: newest.bytes, from: address + Endpoint.metadata)
            try await desk.centre.database.write { try $0.recallRoots(roots, by: act) }
            print("\(roots.count) newer roots were found at \(address).")
        }
        // What counts no more, or is not here, is lost, and replaced too; the keys of root and targets may well lie on sticks.
        let named = try await desk.named()
        let lost = try await offPool {
            try KeyName.allCases.filter { name in
                guard folder.present.contains(name) else { return KeyName.online.contains(name) }
                return try name != .root && !named.hold(folder.load(name), as: name)
            }
        }
        try await desk.change(
            try freshKeys([.timestamp, .snapshot] + (publishers ? [.publishers] : []) + lost), signers: try await sticks.signers(folder))
        await desk.centre.close()
    }
}
