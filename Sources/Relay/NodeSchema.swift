import Foundation
package import Storage

/// The tables that an edge or a terminal keeps.
package enum NodeSchema {
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
}
