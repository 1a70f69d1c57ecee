/// The paths that nodes ask their parent for; the same at centre and edge.
package enum Endpoint {
    package static let facts = "/api/v1/facts"
    /// For edges: a load of other nodes' batches, as these signed them.
    package static let envelopes = "/api/v1/envelopes"
    package static let receipts = "/api/v1/receipts"
    /// For edges; with `?since=` and the version of the last answer: 204 when nothing changed.
    package static let nodes = "/api/v1/nodes"
    /// `GET` for the key to which the code is sealed, `POST` to join.
    package static let enrolments = "/api/v1/enrolments"
    /// Followed by `timestamp.json`, `N.snapshot.json`, `N.targets.json` or `N.root.json`.
    package static let metadata = "/api/v1/metadata/"
    /// Followed by a SHA-256 in hexadecimal; answers ranges.
    package static let blobs = "/api/v1/blobs/"
}
