import Basics
import Wire

/// A test play's natural key.
struct TestKey: Hashable, Comparable {
    let terminal: Int
    let boot: Int64
    let sequence: Int64

    static func < (left: TestKey, right: TestKey) -> Bool {
        (left.terminal, left.boot, left.sequence) < (right.terminal, right.boot, right.sequence)
    }
}

/// A stop's natural key.
struct StopKey: Hashable, Comparable {
    let terminal: Int
    let boot: Int64

    static func < (left: StopKey, right: StopKey) -> Bool { (left.terminal, left.boot) < (right.terminal, right.boot) }
}

/// A contact's natural key.
struct ContactKey: Hashable, Comparable {
    let key: TerminalDay
    let edge: String

    static func < (left: ContactKey, right: ContactKey) -> Bool { left.key == right.key ? left.edge < right.edge : left.key < right.key }
}

/// What facts say of terminals' condition, stored and new, in memory: tests, stops, contacts. Pure, as ``FactMerge``.
struct ConditionMerge {
    let terminals: [String: Int]
    var tests: [TestKey: TestPlay] = [:]
    var stops: [StopKey: Stop] = [:]
    var contacts: [ContactKey: MinuteSet] = [:]
    /// The changed ones, with who said the last of it.
    private(set) var changedTests: [TestKey: Int] = [:]
    private(set) var changedStops: [StopKey: Int] = [:]
    private(set) var changedContacts: Set<ContactKey> = []

    func key(_ test: TestPlay) -> TestKey? {
        terminals[test.terminal].map { TestKey(terminal: $0, boot: test.boot, sequence: test.sequence) }
    }
    func key(_ stop: Stop) -> StopKey? { terminals[stop.terminal].map { StopKey(terminal: $0, boot: stop.boot) } }
    func key(_ contact: Contact) -> ContactKey? {
        terminals[contact.terminal].map { ContactKey(key: TerminalDay(day: contact.day, terminal: $0), edge: contact.edge) }
    }

    /// Takes a fact in; false when it adds nothing.
    mutating func take(_ body: Fact.Body, source: Int) -> Bool {
        switch body {
        case .test(let test):
            guard let key = key(test) else { return false }
            let merged = tests[key]?.merged(with: test) ?? test
            guard tests[key] != merged else { return false }
            (tests[key], changedTests[key]) = (merged, source)
        case .stop(let stop):
            guard let key = key(stop) else { return false }
            let merged = stops[key]?.merged(with: stop) ?? stop
            guard stops[key] != merged else { return false }
            (stops[key], changedStops[key]) = (merged, source)
        case .contact(let contact):
            guard let key = key(contact) else { return false }
            let stored = contacts[key] ?? MinuteSet()
            guard !contact.minutes.subtracting(stored).isEmpty else { return false }
            contacts[key] = stored.union(contact.minutes)
            changedContacts.insert(key)
        case .presence, .play, .watermark, .holding, .incident: return false
        }
        return true
    }
}
