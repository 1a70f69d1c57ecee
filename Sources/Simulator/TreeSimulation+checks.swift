import Basics
import Node
import Trust
import Wire

extension TreeSimulation {
    /// Compares what the centre and the disks hold with what really happened.
    mutating func check() {
        checkMinutes()
        checkPlays()
        checkCourseware()
        for host in hosts {
            let waiting =
                (host.terminal?.queue.waitingCount ?? 0) + (host.terminal?.queue.heldCount ?? 0) + (host.edge?.relay.pendingCount ?? 0)
            // The last beats and their watermark may be on their way when the clock stops.
            if waiting > (host.number == 0 ? 3 * settings.terminals : 6) { broken("\(host.name) still has \(waiting) facts on their way") }
            if !host.isRunning { broken("\(host.name) does not run at the end") }
        }
    }

    private mutating func broken(_ sentence: String) { outcome.violations.append(sentence) }

    private mutating func checkMinutes() {
        var quarantined: [String: [Day: MinuteSet]] = [:]
        for case .presence(let presence) in centre.facts.quarantined {
            quarantined[presence.terminal, default: [:]][presence.day, default: MinuteSet()].formUnion(presence.minutes)
        }
        let lastDay = NetworkZone.shanghai.day(of: Self.base.adding(milliseconds: end))
        for terminal in Set(lived.keys).union(centre.facts.minutes.keys).sorted() {
            let days = Set((lived[terminal] ?? [:]).keys).union((centre.facts.minutes[terminal] ?? [:]).keys)
            // The day of the quiet hours is still going on.
            for day in days.sorted() where day < lastDay {
                let really = lived[terminal]?[day] ?? MinuteSet()
                let counted = centre.facts.minutes[terminal]?[day] ?? MinuteSet()
                let listed = quarantined[terminal]?[day] ?? MinuteSet()
                outcome.counts["minutes", default: 0] += really.count
                outcome.counts["minutes quarantined", default: 0] += really.subtracting(counted).count
                if !counted.subtracting(really).isEmpty {
                    broken("\(terminal) \(day): counted but not lived: \(counted.subtracting(really).text)")
                }
                let lost = really.subtracting(counted).subtracting(listed)
                if !lost.isEmpty { broken("\(terminal) \(day): lost: \(lost.text)") }
            }
        }
    }

    private struct Stretch: Hashable {
        let terminal: String
        let courseware: String
        let startedAt: Instant
        let from: Int64

        init(_ play: TreeCentre.PlayValue, _ interval: PlayInterval) {
            (terminal, courseware) = (play.terminal, play.courseware)
            (startedAt, from) = (interval.startedAt, interval.mediaFrom)
        }
    }

    /// Interval by interval, because a clock that jumps a day makes two facts of one play, and one of them may be quarantined.
    private mutating func checkPlays() {
        var really: [Stretch: (until: Int64, token: String)] = [:]
        for (token, play) in played { for interval in play.intervals { really[Stretch(play, interval)] = (interval.mediaUntil, token) } }
        var counted: [Stretch: Int64] = [:]
        for play in centre.facts.plays.values {
            var tokens: Set<String> = []
            for interval in play.intervals {
                let stretch = Stretch(play, interval)
                guard let (until, token) = really[stretch], interval.mediaUntil <= until else {
                    broken("\(play.terminal): \(play.courseware) from \(interval.mediaFrom) is counted but was not played like that")
                    continue
                }
                tokens.insert(token)
                if counted.updateValue(interval.mediaUntil, forKey: stretch) != nil {
                    broken("\(play.terminal): \(play.courseware) from \(interval.mediaFrom) is counted twice")
                }
            }
            if tokens.count > 1 { broken("\(play.terminal): \(tokens.sorted()) are counted as one play") }
        }
        var listed: [Stretch: Int64] = [:]
        for case .play(let play) in centre.facts.quarantined {
            let value = TreeCentre.PlayValue(
                terminal: play.terminal, courseware: play.courseware, mode: play.mode, intervals: play.intervals)
            for interval in play.intervals {
                listed[Stretch(value, interval)] = max(listed[Stretch(value, interval)] ?? 0, interval.mediaUntil)
            }
        }
        for (stretch, (until, token)) in really where max(counted[stretch] ?? 0, listed[stretch] ?? 0) < until {
            broken("\(stretch.terminal): the end of play \(token) is lost")
        }
        outcome.counts["plays"] = played.count
        for incident in centre.facts.incidents.values { outcome.counts["incident \(incident.kind)", default: 0] += Int(incident.count) }
    }

    private mutating func checkCourseware() {
        for host in hosts where host.isRunning {
            let wanted = centre.offers.values.filter { $0.audience.includes(host.place, asOf: $0.publishedAt) }
            let complete = host.terminal?.sync.complete ?? host.edge?.sync.complete ?? []
            let (names, held) = (
                wanted.map { "\($0.courseware)/\($0.version)" }.sorted(), complete.map { "\($0.courseware)/\($0.version)" }.sorted()
            )
            if names != held { broken("\(host.name) holds \(held) instead of \(names)") }
            var kept: Set<SHA256Hex> = []
            for offer in wanted {
                guard let manifest = manifests[offer.manifest.sha256] else { continue }
                kept.insert(offer.manifest.sha256)
                let chosen = (host.number == 0 ? Appetite.all(kinds: [.pieces]) : Self.appetite).choose(from: manifest.renditions)
                let needed = [manifest.poster] + chosen.flatMap(\.files)
                kept.formUnion(needed.map(\.sha256))
                if host.number > 0 { outcome.neededBytes += needed.reduce(offer.manifest.length) { $0 + $1.length } }
                for file in needed where host.disk.blobs[file.sha256] != centre.blobs[file.sha256] {
                    broken("\(host.name) lacks \(file.path) of \(offer.courseware)")
                }
                let fact = centre.facts.holdings["holding/\(host.name)/\(offer.courseware)/\(offer.version)"]
                if fact?.state != .complete {
                    broken("the centre believes \(host.name) \(fact?.state.rawValue ?? "knows nothing") of \(offer.courseware)")
                }
            }
            for (hash, bytes) in host.disk.blobs {
                if SHA256Hex(of: bytes) != hash { broken("\(host.name) holds bytes under a wrong name") }
                if !kept.contains(hash) { broken("\(host.name) still holds \(hash.hex.prefix(8)), which nothing names") }
            }
            outcome.counts["complete", default: 0] += complete.count
        }
    }
}
