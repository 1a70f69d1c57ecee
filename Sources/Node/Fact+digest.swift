import Foundation
import Trust
import Wire

extension Fact.Body {
    /// What tells two facts apart whatever they are called: 128 bits of SHA-256 over the JSON of the fact with sorted keys and without its
    /// id.
    var digest: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Every fact can be written; one that cannot would be told apart from none.
        let bytes = (try? encoder.encode(Fact(id: "", self))) ?? Data()
        return String(SHA256Hex(of: bytes).rawValue.prefix(32))
    }
}
