/// Before what nodes ask of a centre or an edge. By where it comes from while nobody knows who it is, by the node once its signature fits;
/// an empty origin is this machine, or a proxy on it that does not tell.
package struct NodeDoors: Sendable {
    /// Bodies of megabytes that are being read: of one address only a part.
    package let bodies = Admission(atOnce: 128, inLine: 512, perOrigin: 64)
    /// Batches that wait for their commit: of one node a few, so that one that floods shares with nobody.
    package let batches = Admission(atOnce: 64, inLine: 512, perOrigin: 4)
    /// Attempts to join: each is a transaction.
    package let claims = Admission(atOnce: 2, inLine: 64, perOrigin: 4)
    /// Questions for a blob, until its first byte goes out.
    package let ranges = Admission(atOnce: 64, inLine: 512, perOrigin: 16)

    /// What an edge passes on for edges below it, until the answer has come: of one edge its load and its question for nodes.
    package let passages = Admission(atOnce: 4, inLine: 64, perOrigin: 2)

    package init() {}
}
