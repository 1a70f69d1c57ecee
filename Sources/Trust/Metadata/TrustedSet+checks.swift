extension TrustedSet {
    /// Whether the offered file says what the trusted one says. Throws `trust.rollback` for a lower version and `trust.same_version` for
    /// another content under the trusted version; false means a higher version.
    static func isSame<Content>(_ offered: SignedMetadata<Content>, as trusted: SignedMetadata<Content>) throws(TrustError) -> Bool {
        let (new, old) = (offered.content.version, trusted.content.version)
        let name = "\(Content.role.rawValue).json"
        guard new >= old else {
            throw TrustError(
                .rollback, "\(name) version \(new) is older than version \(old), which is trusted already; fetch it from another source.")
        }
        guard new == old else { return false }
        guard offered.message == trusted.message else {
            throw TrustError(
                .sameVersion,
                "\(name) version \(new) differs from the version \(new) that is trusted already; the centre has to sign a higher one.")
        }
        return true
    }

    /// Refuses a parent that names an older child than its predecessor did, or another one under the same version.
    static func checkSuccession(from old: NamedFile, to new: NamedFile, of role: MetadataRole) throws(TrustError) {
        guard new.version >= old.version else {
            throw TrustError(
                .rollback,
                """
                The file offered names \(role.rawValue).json version \(new.version), older than version \(old.version), which was named \
                before.
                """
            )
        }
        let isAnother = old.sha256 != nil && new.sha256 != nil && old.sha256 != new.sha256
        guard new.version > old.version || !isAnother else {
            throw TrustError(
                .sameVersion, "The file offered names another \(role.rawValue).json version \(new.version) than was named before.")
        }
    }

    /// Throws `trust.length` or `trust.hash` unless these are the bytes that the parent names; asked before a byte of them is parsed.
    static func check(_ bytes: [UInt8], against named: NamedFile, of role: MetadataRole) throws(TrustError) {
        if let length = named.length, Int64(bytes.count) != length {
            throw TrustError(
                .length, "\(role.rawValue).json has \(bytes.count) bytes instead of the \(length) that its parent names; fetch it again.")
        }
        guard named.sha256 == nil || SHA256Hex(of: bytes) == named.sha256 else {
            throw TrustError(.hash, "\(role.rawValue).json is not the file that its parent names; fetch it again.")
        }
    }

    /// Throws `trust.version` unless the file bears the version that its parent names.
    static func check<Content>(_ offered: SignedMetadata<Content>, against named: NamedFile) throws(TrustError) {
        guard offered.content.version == named.version else {
            throw TrustError(
                .version,
                """
                \(Content.role.rawValue).json has version \(offered.content.version), but its parent names version \(named.version); the \
                centre has to sign again.
                """
            )
        }
    }
}
