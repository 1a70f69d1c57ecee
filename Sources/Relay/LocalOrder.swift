package import Foundation
import Storage
import Synchronization
import Trust

/// A stop order that somebody put into the node's data folder, from a stick: where the line is cut there is no other way.
package final class LocalOrder: Sendable {
    private let file: URL
    private let seen = Mutex<[UInt8]>([])

    package init(_ folder: URL) { file = folder.appendingPathComponent(StopOrder.fileName) }

    /// What lies there, when it is not what lay there before; regular files of no more than an order's length alone.
    package func look() async -> [UInt8]? {
        let file = file
        guard
            let bytes = try? await offPool({ () -> [UInt8]? in
                let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
                guard attributes[.type] as? FileAttributeType == .typeRegular,
                    (attributes[.size] as? Int ?? .max) <= Int(StopOrder.longestBundle)
                else { return nil }
                return [UInt8](try Data(contentsOf: file))
            })
        else { return nil }
        return seen.withLock { $0 == bytes } ? nil : bytes
    }

    /// What lay there is taken care of; before that it is looked at again and again.
    package func taken(_ bytes: [UInt8]) { seen.withLock { $0 = bytes } }
}
