import Foundation
import Logging
import ServiceLifecycle

/// Placeholder until Content's upload route is used.
struct SampleLesson: Service {
    let folder: DemoFolder
    let address: String
    let logger: Logger

    func run() async throws { try? await gracefulShutdown() }
}
