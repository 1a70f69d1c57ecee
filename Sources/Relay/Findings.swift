package import Node
import Synchronization

/// What was noticed around a node's logic, by its server and its disk, until the logic counts it. A hundred at most; more of the same says
/// nothing new.
package final class Findings: Sendable {
    private let noticed = Mutex<[Noticed]>([])

    package init() {}

    package func note(_ kind: Noticed) { noticed.withLock { if $0.count < 100 { $0.append(kind) } } }

    package func take() -> [Noticed] {
        noticed.withLock { noticed in
            defer { noticed = [] }
            return noticed
        }
    }
}
