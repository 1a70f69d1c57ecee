/// Who publishes: the network as a whole, or an area for itself. Each is a delegated role of the catalogue with a key and a list of its
/// own; a list may name paths of its publisher and no other, and what it offers is for places below the publisher's area alone.
package struct Publisher: Hashable, Sendable, Comparable {
    /// The code of the area; nil for the network.
    package let area: String?

    package static let network = Publisher(area: nil)
    private static let prefix = "area-"

    private init(area: String?) { self.area = area }

    /// The publisher of an area; nil for what is no code.
    package init?(area code: String) {
        guard (2...12).contains(code.utf8.count), code.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        area = code
    }

    /// The publisher of a role's name: `network`, or `area-` and a code.
    package init?(role name: String) {
        if name == Publisher.network.role {
            self = .network
        } else if name.hasPrefix(Self.prefix) {
            self.init(area: String(name.dropFirst(Self.prefix.count)))
        } else {
            return nil
        }
    }

    /// The name of its role.
    package var role: String { area.map { Self.prefix + $0 } ?? "network" }

    private var folder: String { area ?? "network" }

    /// Where its list names a version of a courseware.
    package func path(courseware: String, version: Int64) -> String { "courseware/\(folder)/\(courseware)/\(version).json" }

    /// Where the top list named a version of a courseware before there were publishers. Nobody to whom it delegates can name such a path.
    package static func oldPath(courseware: String, version: Int64) -> String { "courseware/\(courseware)/\(version).json" }

    /// The publisher of a path; nil for a path of another form.
    package init?(path: RelativePath) {
        let parts = path.rawValue.split(separator: "/", omittingEmptySubsequences: false)
        guard (3...4).contains(parts.count), parts[0] == "courseware" else { return nil }
        guard parts.count == 4 else {
            self = .network
            return
        }
        if parts[1] == Publisher.network.folder { self = .network } else { self.init(area: String(parts[1])) }
    }

    /// Whether it may publish for these areas, none meaning all.
    package func mayPublish(for areas: [String]) -> Bool {
        guard let area else { return true }
        return !areas.isEmpty && areas.allSatisfy { $0.hasPrefix(area) }
    }

    /// Whether what it publishes may be for a node of an area.
    package func concerns(_ code: String) -> Bool {
        guard let area else { return true }
        return area.hasPrefix(code) || code.hasPrefix(area)
    }

    /// The delegation to it.
    package func delegation(to keys: [VerifyingKey], threshold: Int = 1) -> Delegations.Role {
        Delegations.Role(
            name: role, keyIDs: Set(keys.map(\.keyID)), threshold: threshold, terminating: true,
            paths: .patterns(["courseware/\(folder)/*/*.json"]))
    }

    /// The wider one first.
    package static func < (left: Publisher, right: Publisher) -> Bool {
        (left.area?.count ?? 0, left.area ?? "") < (right.area?.count ?? 0, right.area ?? "")
    }
}

extension Delegations {
    /// To publishers and no one else.
    init(to publishers: [Publisher: [VerifyingKey]]) {
        self.init(
            keys: Dictionary(publishers.values.joined().map { ($0.keyID, MetadataKey($0)) }, uniquingKeysWith: { first, _ in first }),
            roles: publishers.sorted { $0.key < $1.key }.map { $0.key.delegation(to: $0.value) })
    }
}
