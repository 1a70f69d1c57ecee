/// What shall be other in the next root: for some roles the keys that may sign from now on, and how many of them must. The other roles stay
/// as they are.
package struct RootChange: Sendable {
    /// A role's new keys.
    package struct Holders: Sendable {
        package let keys: [VerifyingKey]
        package let threshold: Int

        package init(_ keys: [VerifyingKey], threshold: Int = 1) {
            self.keys = keys
            self.threshold = threshold
        }
    }

    package var holders: [MetadataRole: Holders]

    package init(_ holders: [MetadataRole: Holders]) { self.holders = holders }

    /// The root after `previous`, signed by keys that both of them ask for. `lifetime` in milliseconds. Throws `trust.threshold` when these
    /// signers are not enough: nobody would take the file then, so it is not made.
    package func next(after previous: [UInt8], signers: [SigningKey], at instant: Int64, lifetime: Int64) throws(TrustError) -> [UInt8] {
        let root = try SignedMetadata<Root>(parsing: previous).content
        var roles = root.roles
        var keys = root.keys.compactMapValues(\.ed25519)
        for (role, holders) in holders {
            roles[role] = Root.Role(keyIDs: Set(holders.keys.map(\.keyID)), threshold: holders.threshold)
            for key in holders.keys { keys[key.keyID] = key }
        }
        let named = roles.values.reduce(into: Set<String>()) { $0.formUnion($1.keyIDs) }
        let content = Root(
            version: root.version + 1, expiresAt: instant + lifetime, keys: keys.filter { named.contains($0.key) }.map(\.value),
            roles: roles)
        var distinct: [SigningKey] = []
        for signer in signers where !distinct.contains(where: { $0.verifyingKey == signer.verifyingKey }) { distinct.append(signer) }
        let bytes = try SignedMetadata(signing: content, with: distinct).bytes
        var client = try TrustedSet(trusting: previous)
        try client.accept(root: bytes)
        return bytes
    }
}
