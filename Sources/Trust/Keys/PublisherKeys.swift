import Crypto
import Foundation

/// The keys of publishers. Those that lie at the centre are all made from one secret, so that a county that joins needs no new file:
/// HKDF-SHA256 (RFC 5869) with the name of the role.
package struct PublisherKeys: Sendable {
    private let secret: SigningKey?
    private let others: [Publisher: SigningKey]

    /// - Parameters:
    ///   - secret: from which keys are made.
    ///   - others: keys that came from elsewhere, such as a stick.
    package init(secret: SigningKey?, others: [Publisher: SigningKey] = [:]) {
        self.secret = secret
        self.others = others
    }

    /// The key that is made from the secret; nil without one.
    package func made(for publisher: Publisher) throws(TrustError) -> SigningKey? {
        guard let secret else { return nil }
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret.seed), info: Data("yuanjiao publisher \(publisher.role)".utf8), outputByteCount: 32)
        return try SigningKey(seed: key.withUnsafeBytes { Array($0) })
    }

    /// The key at hand that is one of a role's; nil when none is.
    func key(of role: Delegations.Role) throws(TrustError) -> SigningKey? {
        guard let publisher = Publisher(role: role.name) else { return nil }
        return [others[publisher], try made(for: publisher)].compactMap { $0 }.first { role.keyIDs.contains($0.verifyingKey.keyID) }
    }
}
