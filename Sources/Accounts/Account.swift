package import Basics
package import Storage

/// A person who signs in.
package struct Account: Decodable, Hashable, Sendable {
    package let id: String
    package let login: String
    package let name: String
    /// `zh-Hans`, `en`, or empty for the browser's choice.
    package let language: String
    package let disabledAt: Instant?
    /// Whether somebody else gave the password, so that its owner changes it before he does anything else.
    package let passwordIsFirst: Bool
    package let passwordSetAt: Instant
    /// When it was last signed in with; nil for never.
    package let signedInAt: Instant?
    /// Since when it has a second factor; nil for none.
    package let factorAt: Instant?

    package init(
        id: String, login: String, name: String, language: String = "", disabledAt: Instant? = nil, passwordIsFirst: Bool = false,
        passwordSetAt: Instant = Instant(milliseconds: 0), signedInAt: Instant? = nil, factorAt: Instant? = nil
    ) {
        (self.id, self.login, self.name, self.language, self.disabledAt) = (id, login, name, language, disabledAt)
        (self.passwordIsFirst, self.passwordSetAt, self.signedInAt) = (passwordIsFirst, passwordSetAt, signedInAt)
        self.factorAt = factorAt
    }

    /// The columns of the table `account` under the name `p`, in the order of the properties.
    package static let columns: SQL = """
        p.id, p.login, p.name, p.language, p.disabled_at, p.password_is_first, p.password_set_at, p.signed_in_at, p.factor_at
        """
}

/// A role in an area.
package struct RoleGrant: Decodable, Hashable, Sendable {
    /// Empty for one that is only asked for.
    package let id: String
    package let role: Role
    /// The area's identity, not its code: a recode takes no right away.
    package let areaID: String
    /// The one thing that it is for, such as `operator:<id>`; empty for all of the area.
    package let object: String
    /// The first day on which it holds no more; ``Day/forever`` for none.
    package let untilDay: Day

    package init(id: String = "", role: Role, areaID: String, object: String = "", untilDay: Day = .forever) {
        (self.id, self.role, self.areaID, self.object, self.untilDay) = (id, role, areaID, object, untilDay)
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
    /// Whether it waits for a code of the second factor before it is good for anything else.
    package let codeDue: Bool

    /// What its owner ends it by; tells nothing of the cookie.
    package var number: String { String(tokenDigest.prefix(16)) }
}
