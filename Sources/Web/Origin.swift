import Accounts
import Foundation
import HTTPTypes
import Hummingbird
import Listener

extension Request {
    /// From where it came, as attempts are counted by it: the address of the other end, or what the proxy on this machine says of it; empty
    /// for this machine itself.
    package func origin(_ context: AppContext) -> String {
        let peer = Connections.origin(context.remoteAddress)
        guard peer.isEmpty, let field = HTTPField.Name("X-Forwarded-For"), let told = headers[field] else { return peer }
        // The last address is the one that our own proxy saw.
        let last = told.split(separator: ",").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
        return String(Connections.origin(ip: last).filter { $0.isASCII && !$0.isNewline }.prefix(64))
    }

    /// From where it came, as the log of acts says it.
    func place(_ context: AppContext, areaID: String = "") -> Place {
        Place(address: origin(context), agent: headers[.userAgent] ?? "", areaID: areaID)
    }

    /// Whether a browser says that the form stood on a page of another site.
    package var isFromElsewhere: Bool {
        if let field = HTTPField.Name("Sec-Fetch-Site"), let site = headers[field] { return site != "same-origin" && site != "none" }
        guard let origin = headers[.origin] else { return false }
        return URLComponents(string: origin).map { [$0.host, $0.port.map { ":\($0)" }].compactMap { $0 }.joined() } != head.authority
    }
}
