/// Why something that came from outside, or was read back from disk, is not believed.
///
/// `code` is stable and keys the word catalogues; `sentence` names the thing and the way out, in English, for logs and programs.
package struct TrustError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The stable codes; a retired one is never used again.
    package enum Code: String, CaseIterable, Sendable {
        /// The bytes are not strict JSON of the kind that we accept.
        case json = "trust.json"
        /// The JSON lacks a member, or one has a value that may not stand there.
        case shape = "trust.shape"
        /// A key is not an Ed25519 key, or does not match its key id.
        case key = "trust.key"
        /// The key refused to sign.
        case signing = "trust.signing"
        /// Fewer good signatures of distinct keys than the role's threshold.
        case threshold = "trust.threshold"
        /// The first root is not the one that the claim named.
        case fingerprint = "trust.fingerprint"
        /// A lower version than the one already trusted.
        case rollback = "trust.rollback"
        /// The version already trusted, with other content.
        case sameVersion = "trust.same_version"
        /// Not the version that has to come now.
        case version = "trust.version"
        /// Past its own end date at the given instant.
        case expired = "trust.expired"
        /// Not as long as the parent file says.
        case length = "trust.length"
        /// Not the bytes that the parent file names.
        case hash = "trust.hash"
        /// The file that names this one has not been accepted yet.
        case parentMissing = "trust.parent_missing"
        /// A path that could leave its folder, or that is not plain.
        case path = "trust.path"
        /// The text is not a claim of a version that we know.
        case claimForm = "trust.claim_form"
        /// The one-time code does not have ten characters of Crockford's base 32.
        case claimCode = "trust.claim_code"
        /// The fingerprint in a claim does not have 64 hexadecimal digits.
        case claimFingerprint = "trust.claim_fingerprint"
        /// The address in a claim is not `https://host[:port]` or `http://host[:port]`.
        case claimAddress = "trust.claim_address"
        /// The `Authorization` header is not ours or not well formed.
        case requestForm = "trust.request_form"
        /// The request was not signed by this key, or was changed on its way.
        case requestSignature = "trust.request_signature"
        /// The answer is not the centre's to this request.
        case answerSignature = "trust.answer_signature"
        /// Not sealed to the centre's present key, or for another newcomer.
        case sealed = "trust.sealed"
    }

    package let code: Code
    package let sentence: String

    package init(_ code: Code, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }

    package var description: String { "\(code.rawValue): \(sentence)" }
}
