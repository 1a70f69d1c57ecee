package import Basics

/// Who does something. `system` and `command line` are actors too, so that every event names one.
package struct Actor: Hashable, Sendable {
    /// An account's id, `system`, `command-line`, `command-line:<person>` or `node:<id>`.
    package let id: String

    package init(id: String) { self.id = id }

    /// The program itself: jobs and timers.
    package static let system = Actor(id: "system")
    /// Whoever runs the program on the machine itself.
    package static let commandLine = Actor(id: "command-line")
    /// The person who runs the program on the machine itself: the name that was given, or the system's for its user.
    package static func commandLine(_ person: String) -> Actor { Actor(id: "\(commandLine.id):\(person)") }

    /// The person of ``commandLine(_:)``; nil for any other actor.
    package static func person(_ id: String) -> String? { id.hasPrefix(commandLine.id + ":") ? String(id.dropFirst(commandLine.id.count + 1)) : nil }

    /// An enrolled node.
    package static func node(_ id: String) -> Actor { Actor(id: "node:" + id) }
}

/// The circumstances of a command: who, when, and where its identifiers come from.
package struct Act: Sendable {
    package let actor: Actor
    package let at: Instant
    package let ids: IDs

    package init(by actor: Actor, at: Instant, ids: IDs) {
        self.actor = actor
        self.at = at
        self.ids = ids
    }
}
