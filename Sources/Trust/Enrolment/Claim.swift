/// What an installer types or scans so that a node knows its centre before it believes a byte of it:
/// `yuanjiao-claim:1:<CODE>:<FINGERPRINT>:<URL>`.
package struct Claim: Hashable, Sendable, CustomStringConvertible {
    private static let name = "yuanjiao-claim"
    private static let version = "1"

    /// Proves once to the centre that the installer was sent by it.
    package let code: ClaimCode
    /// SHA-256 of the bytes of root version 1: proves the centre to the node.
    package let fingerprint: SHA256Hex
    package let address: CentreAddress

    package init(code: ClaimCode, fingerprint: SHA256Hex, address: CentreAddress) {
        self.code = code
        self.fingerprint = fingerprint
        self.address = address
    }

    /// Reads a claim; white space, case and full-width characters do not matter, and the code may be typed as people do.
    /// Throws `trust.claim_form`, `trust.claim_code`, `trust.claim_fingerprint` or `trust.claim_address`.
    package init(typed: String) throws(TrustError) {
        let parts = TypedText.narrowed(typed).split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].lowercased() == Self.name else {
            throw TrustError(
                .claimForm, "The claim is not `\(Self.name):\(Self.version):CODE:FINGERPRINT:ADDRESS`; copy it again, complete.")
        }
        guard parts[1] == Self.version else {
            throw TrustError(.claimForm, "The claim is of another version than \(Self.version); update this program.")
        }
        code = try ClaimCode(typed: String(parts[2]))
        guard let fingerprint = SHA256Hex(rawValue: parts[3].lowercased()) else {
            throw TrustError(.claimFingerprint, "The fingerprint in the claim is not 64 hexadecimal digits; copy the claim again.")
        }
        self.fingerprint = fingerprint
        address = try CentreAddress(typed: String(parts[4]))
    }

    /// The claim as text.
    package var text: String { "\(Self.name):\(Self.version):\(code.text):\(fingerprint.hex):\(address.text)" }

    /// What the centre stores instead of the code.
    package var codeDigest: SHA256Hex { code.digest }

    /// Without the code, so that a log does not give it away.
    package var description: String { "Claim(\(fingerprint.hex.prefix(16)), \(address.text))" }
}
