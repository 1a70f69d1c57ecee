import Basics
import Simulator
import Testing
import Wire

/// What deliveries tell in all, as plain sets.
struct SlowContent {
    struct Key: Hashable {
        let terminal: String
        let day: Day
    }
    struct PlayKey: Hashable {
        let terminal: String
        let boot: Int64
        let sequence: Int64
        let courseware: String
        let mode: PlayMode
    }

    private(set) var ids: [String] = []
    private(set) var minutes: [Key: Set<Int>] = [:]
    private(set) var plays: [PlayKey: [PlayInterval]] = [:]
    private(set) var watermarks: [String: Instant] = [:]

    init(_ deliveries: [CityFacts.Delivery]) {
        for delivery in deliveries {
            for case .fact(let fact) in delivery.batch.entries {
                ids.append(fact.id)
                switch fact.body {
                case .presence(let presence):
                    for run in presence.minutes.runs {
                        minutes[Key(terminal: presence.terminal, day: presence.day), default: []].formUnion(run)
                    }
                case .play(let play):
                    let key = PlayKey(
                        terminal: play.terminal, boot: play.boot, sequence: play.sequence, courseware: play.courseware, mode: play.mode)
                    plays[key, default: []] += play.intervals
                case .watermark(let watermark):
                    watermarks[watermark.terminal] = max(watermarks[watermark.terminal] ?? watermark.throughAt, watermark.throughAt)
                case .holding, .incident, .test, .stop, .contact: Issue.record("no holdings here")
                }
            }
        }
    }

    static func ids(_ delivery: CityFacts.Delivery) -> [String] { delivery.batch.entries.map(\.id) }

    /// What each play watched: of the media, and of the wall clock.
    var watched: [PlayKey: [IntervalSet]] {
        plays.mapValues { intervals in
            [
                IntervalSet(intervals.map { $0.mediaFrom..<$0.mediaUntil }),
                IntervalSet(intervals.map { $0.startedAt.milliseconds..<$0.endedAt.milliseconds }),
            ]
        }
    }
}

/// The figures of a month, counted by walking through everything.
struct SlowCount {
    private(set) var on: Set<String> = []
    private(set) var minutes = 0
    private(set) var viewed: Set<String> = []
    private(set) var demand: Set<String> = []
    /// Sites with minutes that do not count.
    private(set) var outside: Set<String> = []
    private(set) var siteDays = 0
    private(set) var heardSiteDays = 0

    var switchedOn: Int { on.count }

    init(_ deliveries: [CityFacts.Delivery], _ register: SlowRegister, _ month: Month) {
        let content = SlowContent(deliveries)
        let registered = register.registered(in: month)
        var siteMinutes: [String: [Day: Set<Int>]] = [:]
        for (key, minutes) in content.minutes {
            guard let site = register.site(of: key.terminal, on: key.day) else {
                Issue.record("\(key.terminal) is assigned nowhere on \(key.day)")
                continue
            }
            if registered.contains(site), register.isInService(site, on: key.day) {
                siteMinutes[site, default: [:]][key.day, default: []].formUnion(minutes)
            } else {
                outside.insert(site)
            }
        }
        on = Set(siteMinutes.keys)
        minutes = siteMinutes.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } }
        countPlays(content, register)
        countHeard(content, register, registered, month)
    }

    private mutating func countPlays(_ content: SlowContent, _ register: SlowRegister) {
        struct Cell: Hashable {
            let site: String
            let day: Day
            let courseware: String
            let mode: PlayMode?
        }
        var milliseconds: [Cell: IntervalSet] = [:]
        for (key, intervals) in content.plays {
            for interval in intervals {
                let day = NetworkZone.shanghai.day(of: interval.startedAt)
                guard let site = register.site(of: key.terminal, on: day) else { continue }
                for mode in [nil, key.mode] {
                    milliseconds[Cell(site: site, day: day, courseware: key.courseware, mode: mode), default: IntervalSet()]
                        .insert(interval.mediaFrom..<interval.mediaUntil)
                }
            }
        }
        for (cell, watched) in milliseconds where watched.total >= 120_000 {
            if cell.mode == nil { viewed.insert(cell.site) }
            if cell.mode == .demand { demand.insert(cell.site) }
        }
    }

    private mutating func countHeard(_ content: SlowContent, _ register: SlowRegister, _ registered: Set<String>, _ month: Month) {
        var through: [String: [Day: Instant]] = [:]
        for (terminal, instant) in content.watermarks {
            for day in month.days {
                if let site = register.site(of: terminal, on: day) {
                    through[site, default: [:]][day] = max(through[site]?[day] ?? instant, instant)
                }
            }
        }
        for site in registered {
            for day in month.days where register.isInService(site, on: day) {
                siteDays += 1
                if let instant = through[site]?[day], instant >= NetworkZone.shanghai.end(of: day) { heardSiteDays += 1 }
            }
        }
    }
}
