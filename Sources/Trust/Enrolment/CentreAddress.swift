/// Where a parent answers: `https://host[:port]` or `http://host[:port]`, in lower case, without a slash at its end.
package struct CentreAddress: Hashable, Sendable, CustomStringConvertible {
    /// The canonical text; a path that starts with a slash may be joined to it.
    package let text: String
    /// Without brackets around an IPv6 address.
    package let host: String
    /// The port written, or 443 and 80.
    package let port: Int
    package let secure: Bool

    /// Reads an address; case and one slash at the end do not matter. Throws `trust.claim_address`, also for paths, queries and user names.
    package init(typed: String) throws(TrustError) {
        let refusal = TrustError(.claimAddress, "The address of the centre is not `https://host[:port]` or `http://host[:port]`.")
        let lowered = typed.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lowered.hasPrefix) else { throw refusal }
        var rest = lowered.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest.removeLast() }
        guard let (host, portText) = Self.split(rest) else { throw refusal }
        secure = scheme == "https://"
        var port = secure ? 443 : 80
        if let portText {
            guard (1...5).contains(portText.utf8.count), portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(portText),
                (1...65535).contains(number)
            else { throw refusal }
            port = number
        }
        self.host = host
        self.port = port
        let bracketed = host.contains(":") ? "[\(host)]" : host
        text = scheme + bracketed + (portText == nil ? "" : ":\(port)")
    }

    /// Host and port, nil for anything that is neither a name, nor an IPv4, nor a bracketed IPv6 address.
    private static func split(_ authority: Substring) -> (host: String, port: Substring?)? {
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            let host = authority[authority.index(after: authority.startIndex)..<close]
            let rest = authority[authority.index(after: close)...]
            let units = Array("0123456789abcdef:.".utf8)
            guard (2...45).contains(host.utf8.count), host.contains(":"), host.utf8.allSatisfy(units.contains) else { return nil }
            guard rest.isEmpty || rest.first == ":" else { return nil }
            return (String(host), rest.isEmpty ? nil : rest.dropFirst())
        }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let host = parts[0]
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let units = Array("0123456789abcdefghijklmnopqrstuvwxyz-".utf8)
        let plain = labels.allSatisfy {
            (1...63).contains($0.utf8.count) && $0.utf8.allSatisfy(units.contains) && $0.first != "-" && $0.last != "-"
        }
        guard plain, host.utf8.count <= 253 else { return nil }
        return (String(host), parts.count == 2 ? parts[1] : nil)
    }

    package var description: String { text }
}
