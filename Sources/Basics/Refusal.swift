/// A request that is refused, and why. Codes are stable; their words stand in the catalogues. Anything else that goes wrong is a defect.
package enum Refusal: Error, Hashable, Sendable {
    /// The thing does not exist, or the asker may not know that it does.
    case notFound(String)
    /// The asker is known and may not do this.
    case forbidden(String)
    /// The state of things stands against it.
    case conflict(String)
    /// Fields and what is wrong with each.
    case invalid(FieldProblems)
    /// Too large, too many.
    case tooLarge(String)
    /// Nobody is signed in.
    case signInNeeded
    /// Somebody gave his password, and must take another step before he does anything.
    case stepDue(SignInStep)
    /// No room on the disk; reading goes on.
    case diskFull
    /// Too busy now; try again.
    case busy

    /// The code that is logged and that the catalogues translate.
    package var code: String {
        switch self {
        case .notFound(let thing): "not_found.\(thing)"
        case .forbidden(let code), .conflict(let code), .tooLarge(let code): code
        case .invalid: "form.invalid"
        case .signInNeeded: "sign_in.needed"
        case .stepDue(let step): "\(step).due"
        case .diskFull: "disk.full"
        case .busy: "busy"
        }
    }
}

/// What may stand between the password and everything else.
package enum SignInStep: Sendable {
    /// A code of the second factor.
    case code
    /// A password of one's own in place of one that somebody else gave, or that is too old.
    case password
    /// Setting up a second factor.
    case factor
}

/// What is wrong with a field: a stable code, whose words stand in the catalogues, and the values that these words name.
package struct FieldProblem: Error, Hashable, Sendable, ExpressibleByStringLiteral {
    package let code: String
    package let values: [String: String]

    package init(_ code: String, _ values: [String: String] = [:]) { (self.code, self.values) = (code, values) }

    package init(stringLiteral code: String) { self.init(code) }
}

/// What is wrong with the fields of a form or a file, by name.
package typealias FieldProblems = [String: FieldProblem]

extension FieldProblems {
    /// What `find` finds; nil where it throws `Refusal.invalid`: what is wrong is kept beside what is here, of a field the first, so that
    /// all of it is said at once.
    package mutating func gather<Found>(_ find: () throws -> Found) throws -> Found? {
        do { return try find() } catch Refusal.invalid(let wrong) {
            merge(wrong) { first, _ in first }
            return nil
        }
    }
}
