package import Basics

/// Who does something. `system` and `command line` are actors too, so that every event names one.
package struct Actor: Hashable, Sendable {
    /// An account's id, `system`, `stranger`, `command-line`, `command-line:<person>` or `node:<id>`.
    package let id: String

    package init(id: String) { self.id = id }

    /// The program itself: jobs and timers.
    package static let system = Actor(id: "system")
    /// Whoever asks without having said who he is.
    package static let stranger = Actor(id: "stranger")
    /// Whoever runs the program on the machine itself.
    package static let commandLine = Actor(id: "command-line")
    /// The person who runs the program on the machine itself: the name that was given, or the system's for its user.
    package static func commandLine(_ person: String) -> Actor { Actor(id: "\(commandLine.id):\(person)") }

    /// The person of ``commandLine(_:)``; nil for any other actor.
    package static func person(_ id: String) -> String? {
        id.hasPrefix(commandLine.id + ":") ? String(id.dropFirst(commandLine.id.count + 1)) : nil
    }

    /// An enrolled node.
    package static func node(_ id: String) -> Actor { Actor(id: "node:" + id) }
}

/// From where somebody acts, as the log of acts says it.
package struct Place: Hashable, Sendable {
    /// The address of the other end; empty for this machine.
    package let address: String
    /// What his program calls itself, at most 200 characters; empty for our own.
    package let agent: String
    /// The area in which he holds the right that he uses; empty for the program itself, and for whoever holds the right in several areas.
    package let areaID: String

    package init(address: String, agent: String, areaID: String = "") {
        self.address = String(address.prefix(64))
        self.agent = String(agent.withoutHidden.prefix(200))
        self.areaID = areaID
    }

    /// This machine.
    package static let here = Place(address: "", agent: "")
}

/// The circumstances of a command: who, when, from where, and where its identifiers come from.
package struct Act: Sendable {
    package let actor: Actor
    package let at: Instant
    package let ids: IDs
    package let place: Place
    /// What the rows that are made name as their cause, so that it can be taken back: a decision, a change, a file. Nil for none.
    package private(set) var cause: String?

    package init(by actor: Actor, at: Instant, ids: IDs, from place: Place = .here) {
        self.actor = actor
        self.at = at
        self.ids = ids
        self.place = place
    }

    /// The same as a part of a change.
    package func because(of cause: String) -> Act {
        var act = self
        act.cause = cause
        return act
    }
}
