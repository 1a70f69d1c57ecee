package import Basics

/// A person who signs in.
package struct Account: Decodable, Hashable, Sendable {
    package let id: String
    package let login: String
    package let name: String
    /// `zh-Hans`, `en`, or empty for the browser's choice.
    package let language: String
    package let disabledAt: Instant?

    package init(id: String, login: String, name: String, language: String = "", disabledAt: Instant? = nil) {
        (self.id, self.login, self.name, self.language, self.disabledAt) = (id, login, name, language, disabledAt)
    }
}

/// A role in an area.
package struct RoleGrant: Decodable, Hashable, Sendable {
    package let role: Role
    /// The area's identity, not its code: a recode takes no right away.
    package let areaID: String

    package init(role: Role, areaID: String) {
        self.role = role
        self.areaID = areaID
    }
}

/// What is stored of a session.
package struct Session: Decodable, Hashable, Sendable {
    package let tokenDigest: String
    package let accountID: String
    package let csrf: String
    package let madeAt: Instant
    /// When it was last used, to a minute.
    package let seenAt: Instant
    /// When the password was last given in it.
    package let confirmedAt: Instant
    package let expiresAt: Instant
    /// From where and by what it was opened.
    package let address: String
    package let agent: String

    /// What its owner ends it by; tells nothing of the cookie.
    package var number: String { String(tokenDigest.prefix(16)) }
}
