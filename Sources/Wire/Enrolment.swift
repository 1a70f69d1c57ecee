/// What kind of node it is.
package enum NodeKind: String, Sendable, Codable, CaseIterable { case edge, terminal }

/// A node that asks to join: the body of `POST /api/v1/enrolments`. An edge passes a terminal's request on unchanged.
package struct EnrolmentRequest: Hashable, Sendable, Codable {
    /// The one-time code of the claim, sealed to the centre's key for this public key; then the request is signed with the key, under its
    /// hexadecimal digits as the node's name.
    package let sealed: String?
    /// The code in clear, from boxes that cannot seal: whoever reads the line may use it first.
    package let code: String?
    /// The node's Ed25519 public key, 64 hexadecimal digits.
    package let publicKey: String
    /// The program's version.
    package let version: String

    private enum CodingKeys: String, CodingKey {
        case sealed, code, version
        case publicKey = "public_key"
    }

    package init(sealed: String, publicKey: String, version: String) {
        self.sealed = sealed
        code = nil
        self.publicKey = publicKey
        self.version = version
    }
}

/// The answer to `GET /api/v1/enrolments`: to which key one-time codes are sealed.
package struct EnrolmentKey: Hashable, Sendable, Codable {
    /// X25519, 64 hexadecimal digits.
    package let sealingKey: String

    private enum CodingKeys: String, CodingKey { case sealingKey = "sealing_key" }

    package init(sealingKey: String) { self.sealingKey = sealingKey }
}

/// The centre's answer: who the node is from now on.
package struct EnrolmentAnswer: Hashable, Sendable, Codable {
    package let node: String
    package let kind: NodeKind
    /// Code of the site at which a terminal stands; empty for an edge.
    package let site: String
    package let siteName: String
    /// Area code of the site or county, and kind of site: by them a node knows which courseware is meant for it.
    package let area: String
    package let siteKind: String
    /// IANA name of the network's time zone.
    package let zone: String
    package let epoch: String

    private enum CodingKeys: String, CodingKey {
        case node, kind, site, area, zone, epoch
        case siteName = "site_name"
        case siteKind = "site_kind"
    }

    package init(node: String, kind: NodeKind, site: String, siteName: String, area: String, siteKind: String, zone: String, epoch: String)
    {
        self.node = node
        self.kind = kind
        self.site = site
        self.siteName = siteName
        self.area = area
        self.siteKind = siteKind
        self.zone = zone
        self.epoch = epoch
    }
}

/// A refusal between programs, `application/problem+json` (RFC 9457).
package struct Problem: Error, Hashable, Sendable, Codable {
    package let type: String
    package let title: String
    package let status: Int
    package let detail: String

    package init(code: String, status: Int, title: String, detail: String = "") {
        type = "urn:yuanjiao:" + code
        self.title = title
        self.status = status
        self.detail = detail
    }
}
