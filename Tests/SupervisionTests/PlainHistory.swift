import Basics
import Editions
import Faults
import Figures
import Registry
import Returns
import Wire

/// What happened in a network, kept as it was said, and the figures that follow by looking at every site, every day, every minute: slow and
/// obviously right. It knows no code, no dated row, no derived figure; areas are told apart by identity, and a place is found by walking
/// from parent to parent.
struct PlainHistory {
    struct Change<Value: Equatable & Sendable>: Equatable, Sendable {
        let day: Day
        let value: Value
    }
    struct Watched {
        var all: Set<Int> = []
        var onDemand: Set<Int> = []
    }
    struct TerminalDay: Hashable {
        let terminal: String
        let day: Day
    }
    struct Viewing: Hashable {
        let key: TerminalDay
        let courseware: String
    }

    /// Each area's parents, each site's areas and states, in the order of their days; a site's terminals.
    var parents: [String: [Change<String?>]] = [:]
    var places: [String: [Change<String>]] = [:]
    var states: [String: [Change<SiteState>]] = [:]
    var terminals: [String: [String]] = [:]
    var exclusions: [String: [ClosedRange<Day>]] = [:]
    var minutes: [TerminalDay: Set<Int>] = [:]
    var watched: [Viewing: Watched] = [:]
    /// When what was watched there of a courseware ended last.
    var ends: [Viewing: Instant] = [:]
    var tests: Set<TestPlay> = []
    /// The minutes of the day in which something played.
    var played: [TerminalDay: Set<Int>] = [:]
    var complete: [String: Day] = [:]
    /// Of which days what a terminal said does not count: everything, or only that it was complete.
    var voids: [String: (terminal: String, days: ClosedRange<Day>, isWhole: Bool)] = [:]

    private func value<Value: Equatable & Sendable>(_ changes: [Change<Value>]?, on day: Day) -> Value? {
        changes?.last { $0.day <= day }?.value
    }

    func parent(of area: String, on day: Day) -> String? { value(parents[area], on: day) ?? nil }

    /// The days from which areas are no more.
    var closed: [String: Day] = [:]

    /// Whether a site lies in an area on a day. What lies in an area that is no more lies in the one above, as that was on the day of its
    /// end: one that moved on that very day ended where it went.
    func lies(_ site: String, in area: String, on day: Day) -> Bool {
        var place = value(places[site], on: day)
        while let here = place {
            let end = closed[here] ?? .forever
            if here == area, day < end { return true }
            place = parent(of: here, on: min(day, end))
        }
        return false
    }

    /// From a day on, everything directly in one area is in another; so is what an earlier recorded decision brings into it only after that
    /// day, because an area that is no more holds nothing.
    mutating func merge(_ area: String, into other: String, on day: Day) {
        for child in parents.keys.sorted() {
            parents[child] = parents[child]?.map { $0.day > day && $0.value == area ? Change(day: $0.day, value: other) : $0 }
        }
        for site in places.keys.sorted() {
            places[site] = places[site]?.map { $0.day > day && $0.value == area ? Change(day: $0.day, value: other) : $0 }
        }
        // What was said before of later days stands.
        for child in parents.keys.sorted() where parent(of: child, on: day) == area {
            parents[child]?.append(Change(day: day, value: other))
            parents[child]?.sort { $0.day < $1.day }
        }
        for site in places.keys.sorted() where value(places[site], on: day) == area {
            places[site]?.append(Change(day: day, value: other))
            places[site]?.sort { $0.day < $1.day }
        }
    }

    /// The area directly in which a site lies on a day; of what is no more, the one above.
    private func place(of site: String, on day: Day) -> String? {
        var place = value(places[site], on: day)
        while let here = place, let end = closed[here], day >= end { place = parent(of: here, on: end) }
        return place
    }

    /// From a day on a site lies elsewhere: through another, or until it went anywhere else as it was known.
    mutating func move(_ site: String, to area: String, from day: Day, through last: Day?, today: Day) {
        let here = place(of: site, on: day)
        var until = last?.advanced(by: 1)
        if last == nil {
            var next = day
            while next <= today, place(of: site, on: next) == here { next = next.advanced(by: 1) }
            until = next <= today ? next : nil
        }
        let after = until.flatMap { place(of: site, on: $0) }
        var changes = (places[site] ?? []).filter { change in change.day < day || until.map { change.day > $0 } ?? false }
        changes.append(Change(day: day, value: area))
        if let until, let after { changes.append(Change(day: until, value: after)) }
        places[site] = changes.sorted { $0.day < $1.day }
    }

    /// Where everything lies.
    struct Tree: Equatable {
        var parents: [String: [Change<String?>]]
        var places: [String: [Change<String>]]
        var closed: [String: Day]
    }
    var tree: Tree {
        get { Tree(parents: parents, places: places, closed: closed) }
        set { (parents, places, closed) = (newValue.parents, newValue.places, newValue.closed) }
    }

    /// What a decision changed is as it was before it; answers whether nothing of that was changed by anything later. Of what lies
    /// somewhere, the days count from the stretch on in which the decision cut: what was said of earlier ones stands.
    mutating func takeBack(from before: Tree, to after: Tree) -> Bool {
        var isFree = true
        func restored<Value: Equatable>(
            _ now: [String: [Change<Value>]], _ before: [String: [Change<Value>]], _ after: [String: [Change<Value>]]
        ) -> [String: [Change<Value>]] {
            var now = now
            for key in Set(before.keys).union(after.keys) where before[key] != after[key] {
                let (old, new, present) = (before[key] ?? [], after[key] ?? [], now[key] ?? [])
                let same = zip(old, new).prefix { $0 == $1 }.count
                let start = same > 0 ? new[same - 1].day : Day(number: 0)
                isFree = isFree && present.filter { $0.day >= start } == new.filter { $0.day >= start }
                now[key] = present.filter { $0.day < start } + old.filter { $0.day >= start }
            }
            return now
        }
        parents = restored(parents, before.parents, after.parents)
        places = restored(places, before.places, after.places)
        for key in Set(before.closed.keys).union(after.closed.keys) where before.closed[key] != after.closed[key] {
            isFree = isFree && closed[key] == after.closed[key]
            closed[key] = before.closed[key]
        }
        return isFree
    }

    /// On some days a site was in another state than was known, and afterwards in the one that it had.
    mutating func correct(_ site: String, _ state: SiteState, _ days: ClosedRange<Day>) {
        let after = days.upperBound.advanced(by: 1)
        let back = value(states[site], on: after)
        var changes = (states[site] ?? []).filter { !days.contains($0.day) && $0.day != after }
        changes.append(Change(day: days.lowerBound, value: state))
        if let back { changes.append(Change(day: after, value: back)) }
        states[site] = changes.sorted { $0.day < $1.day }
    }

    func isInService(_ site: String, on day: Day) -> Bool { value(states[site], on: day).map(SiteState.counted.contains) ?? false }

    private func isVoid(_ key: TerminalDay) -> Bool {
        voids.values.contains { $0.isWhole && $0.terminal == key.terminal && $0.days.contains(key.day) }
    }

    /// Whether a terminal reported a day complete, and nobody decided otherwise.
    private func isComplete(_ terminal: String, _ day: Day) -> Bool {
        day < complete[terminal] ?? Day(number: 0) && !voids.values.contains { $0.terminal == terminal && $0.days.contains(day) }
    }

    /// The minutes that count of a site on a day.
    private func on(_ site: String, _ day: Day) -> Set<Int> {
        var all: Set<Int> = []
        for terminal in terminals[site] ?? [] {
            let key = TerminalDay(terminal: terminal, day: day)
            // A minute in which something played was on, whether or not a beat said so.
            if !isVoid(key) { all.formUnion((minutes[key] ?? []).union(played[key] ?? [])) }
        }
        return all
    }

    /// Whether some courseware was watched for two minutes at a site on a day.
    private func isEffective(_ site: String, _ day: Day, _ kind: KeyPath<Watched, Set<Int>>, only one: String? = nil) -> Bool {
        var seconds: [String: Set<Int>] = [:]
        for (viewing, watched) in watched
        where viewing.key.day == day && one.map({ $0 == viewing.courseware }) ?? true
            && (terminals[site] ?? []).contains(viewing.key.terminal) && !isVoid(viewing.key)
        {
            seconds[viewing.courseware, default: []].formUnion(watched[keyPath: kind])
        }
        return seconds.values.contains { $0.count >= 120 }
    }

    /// What each registered site of a day is, by a walk through everything that happened there until then.
    func conditions(on day: Day) -> [String: SiteCondition] {
        var found: [String: SiteCondition] = [:]
        for site in places.keys where isInService(site, on: day) && !(exclusions[site] ?? []).contains(where: { $0.contains(day) }) {
            let zone = NetworkZone.shanghai
            // Of one instant the success comes last, and forgets the failure.
            var events: [(at: Instant, day: Day, failing: String?)] = []
            for test in tests where (terminals[site] ?? []).contains(test.terminal) && zone.day(of: test.at) <= day {
                let key = TerminalDay(terminal: test.terminal, day: zone.day(of: test.at))
                guard !isVoid(key) else { continue }
                if test.outcome == .played { events.append((test.at, key.day, nil)) }
                if test.isFailure { events.append((test.at, key.day, test.terminal)) }
            }
            for (viewing, end) in ends where (terminals[site] ?? []).contains(viewing.key.terminal) && viewing.key.day <= day {
                guard !isVoid(viewing.key), isEffective(site, viewing.key.day, \.all, only: viewing.courseware) else { continue }
                events.append((end, viewing.key.day, nil))
            }
            var (proof, running): (Day?, [String: Int]) = (nil, [:])
            for event in events.sorted(by: { ($0.at, $0.failing == nil ? 1 : 0) < ($1.at, $1.failing == nil ? 1 : 0) }) {
                if let failing = event.failing { running[failing, default: 0] += 1 } else { (proof, running) = (event.day, [:]) }
            }
            let isRecent = proof.map { $0 > day.advanced(by: -7) } ?? false
            found[site] = running.values.contains { $0 > 1 } ? .faulty : running.isEmpty && isRecent ? .playable : .unproven
        }
        return found
    }

    /// The sites that count in an area's month, and the days on which each was in service.
    private func counted(in area: String, _ month: Month) -> [(site: String, service: [Day])] {
        places.keys.filter { lies($0, in: area, on: month.days.upperBound) }.compactMap { site in
            let service = month.days.filter { isInService(site, on: $0) }
            let isOut = service.allSatisfy { day in (exclusions[site] ?? []).contains { $0.contains(day) } }
            return service.isEmpty || isOut ? nil : (site, service)
        }
    }

    /// The distinct seconds of each courseware that were watched at each site on each day; no play in these histories is longer than its
    /// courseware.
    func seconds(in area: String, _ month: Month) -> Int {
        counted(in: area, month).reduce(0) { sum, entry in
            entry.service.reduce(sum) { sum, day in
                var seconds: [String: Set<Int>] = [:]
                for (viewing, watched) in watched
                where viewing.key.day == day && (terminals[entry.site] ?? []).contains(viewing.key.terminal) && !isVoid(viewing.key) {
                    seconds[viewing.courseware, default: []].formUnion(watched.all)
                }
                return seconds.values.reduce(sum) { $0 + $1.count }
            }
        }
    }

    /// The figures of an area in a month, as they are known on a day.
    func figures(of area: String, _ month: Month, today: Day) -> [Int] {
        var (registered, switchedOn, off, notHeard, total, viewing, demand, due, heard) = (0, 0, 0, 0, 0, 0, 0, 0, 0)
        for (site, service) in counted(in: area, month) {
            registered += 1
            let minutes = service.map { on(site, $0).count }
            let sum = minutes.reduce(0, +)
            let past = zip(service, minutes).filter { $0.0 < today }
            let known = past.filter { day, count in
                let all = terminals[site] ?? []
                return count > 0 || !all.isEmpty && all.allSatisfy { isComplete($0, day) }
            }
            total += sum
            due += past.count
            heard += known.count
            if sum > 0 { switchedOn += 1 } else if !past.isEmpty && known.count == past.count { off += 1 } else { notHeard += 1 }
            if service.contains(where: { isEffective(site, $0, \.all) }) { viewing += 1 }
            if service.contains(where: { isEffective(site, $0, \.onDemand) }) { demand += 1 }
        }
        return [registered, switchedOn, off, notHeard, total, viewing, demand, due, heard]
    }
}

extension BulletinLine {
    /// What the plain model says in the same order.
    var plain: [Int] { [registered, switchedOn, off, notHeard, onMinutes, viewing, onDemand, dueDays, heardDays] }
}
