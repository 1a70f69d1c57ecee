import Accounts
import Foundation
import Programs
import Storage

/// Where the log of acts is sent on to: the machine's own syslog, or another's by RFC 5424.
package enum LogReceiver: Hashable, Sendable {
    case local
    case tcp(host: String, port: Int)
    case udp(host: String, port: Int)

    /// `local`, `tcp://host:port` or `udp://host:port`.
    package init?(_ text: String) {
        if text == "local" {
            self = .local
            return
        }
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty, let port = parts.port,
            (1...65_535).contains(port), parts.path.isEmpty
        else {
            return nil
        }
        switch parts.scheme {
        case "tcp": self = .tcp(host: host, port: port)
        case "udp": self = .udp(host: host, port: port)
        default: return nil
        }
    }

    /// What `logger` of util-linux is told; it knows the protocols, and every Debian has it.
    var arguments: [String] {
        let message = ["--socket-errors=on", "--tag", "yuanjiao", "--priority", "authpriv.notice", "--size", "64KiB"]
        return switch self {
        case .local: message
        case .tcp(let host, let port): message + ["--rfc5424", "--tcp", "--server", host, "--port", String(port)]
        case .udp(let host, let port): message + ["--rfc5424", "--udp", "--server", host, "--port", String(port)]
        }
    }
}

/// Why the log could not be sent on.
struct LogNotSent: Error, CustomStringConvertible { let description: String }

extension LogReceiver {
    /// Sends on what was not sent yet; an entry may come twice, after a kill, and is known again by its place.
    func send(from database: Database) async throws {
        while case let entries = try await database.read({ try $0.unsentEvents(limit: 200) }), let last = entries.last {
            let text = try entries.map { try $0.line() + "\n" }.joined()
            let logger = Program("logger", confinement: .none, memoryMiB: 512, fileMiB: 1)
            let outcome = try await logger.run(arguments, input: Data(text.utf8), seconds: 60) { _ in }
            guard outcome.status == 0 else { throw LogNotSent(description: "logger ended with \(outcome.status): \(outcome.log)") }
            try await database.write { try $0.noteSent(through: last.position) }
        }
    }
}
