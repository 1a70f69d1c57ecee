extension TrustedSet {
    /// Where the search for one path stands.
    package enum Search: Hashable, Sendable {
        /// The first role that knows the path says this of it.
        case found(TargetFile)
        /// The file of this delegated role is needed to go on.
        case needs(WantedRole)
        /// No role that may know the path does.
        case missing
    }

    /// The file of a delegated role to fetch next.
    package struct WantedRole: Hashable, Sendable {
        package let role: String
        /// Who delegates to it.
        package let delegator: String
        package let version: Int64
        package let longest: Int64
        /// The name under which it is asked for and kept, without a version: percent-encoded where it is not plain.
        package var plainName: String { role.percentEncoded + ".json" }
    }

    /// The most delegated roles that one search asks.
    package static let mostRoles = 32

    /// Looks for a path, first in the top list, then in the delegated ones in depth and in order (section 5.6.7); a role is asked once.
    /// Throws `trust.parent_missing` before there is a catalogue, and for a role that the snapshot does not name.
    package func search(_ path: String) throws(TrustError) -> Search {
        guard let coherent else { throw TrustError(.parentMissing, "There is no catalogue to look in; update it first.") }
        var (asked, waiting) = (Set<String>(), [(name: MetadataRole.targets.rawValue, delegator: "")])
        while let next = waiting.popLast() {
            guard asked.count <= Self.mostRoles, asked.insert(next.name).inserted else { continue }
            let isTop = next.delegator.isEmpty
            guard let targets = isTop ? coherent.targets.content : delegated[next.name]?.content else {
                guard let named = coherent.snapshot.content.meta[Snapshot.name(of: next.name)] else {
                    throw TrustError(.parentMissing, "The snapshot does not name the delegated role \(next.name.debugDescription).")
                }
                return .needs(
                    WantedRole(
                        role: next.name, delegator: next.delegator, version: named.version, longest: named.length ?? Self.longestTargets))
            }
            if let file = targets.entries[path] { return .found(file) }
            var children: [(name: String, delegator: String)] = []
            for role in targets.delegations?.roles ?? [] where role.paths.hold(path) {
                children.append((role.name, next.name))
                if role.terminating {
                    waiting = []
                    break
                }
            }
            waiting += children.reversed()
        }
        return .missing
    }

    /// Takes the file of a delegated role that the search needs, at an instant in UTC milliseconds.
    package mutating func accept(delegated bytes: [UInt8], for wanted: WantedRole, at instant: Int64) throws(TrustError) {
        guard let snapshot = coherent?.snapshot, let top = coherent?.targets else {
            throw TrustError(.parentMissing, "There is no catalogue to look in; update it first.")
        }
        let isTop = wanted.delegator == MetadataRole.targets.rawValue
        let delegations = (isTop ? top.content : delegated[wanted.delegator]?.content)?.delegations
        delegated[wanted.role] = try Self.list(bytes, of: wanted.role, by: delegations, in: snapshot.content, at: instant)
    }

    /// The list of a delegated role, checked against who delegates and the snapshot (5.6.2 to 5.6.6).
    static func list(_ bytes: [UInt8], of name: String, by delegations: Delegations?, in snapshot: Snapshot, at instant: Int64?)
        throws(TrustError) -> SignedMetadata<Targets>
    {
        guard let named = snapshot.meta[Snapshot.name(of: name)] else {
            throw TrustError(.parentMissing, "The snapshot does not name the delegated role \(name.debugDescription).")
        }
        guard let delegations, let role = delegations.roles.first(where: { $0.name == name }) else {
            throw TrustError(.parentMissing, "Nobody delegates to \(name.debugDescription).")
        }
        try check(bytes, against: named, of: .targets)
        let offered = try SignedMetadata<Targets>(parsing: bytes)
        try offered.verify(by: delegations.signers(of: role))
        try check(offered, against: named)
        try offered.checkExpiry(at: instant)
        return offered
    }
}

extension String {
    /// RFC 3986, 2.1: everything but letters, digits and `-._~` as `%` and two digits.
    package var percentEncoded: String {
        let digits = Array("0123456789ABCDEF")
        return String(
            utf8.flatMap { unit -> [Character] in
                let scalar = Character(Unicode.Scalar(unit))
                return unit < 0x80 && (scalar.isLetter || scalar.isNumber || "-._~".contains(scalar))
                    ? [scalar] : ["%", digits[Int(unit >> 4)], digits[Int(unit & 15)]]
            })
    }
}
