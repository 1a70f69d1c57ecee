import Basics

/// Fills the register of a city month by month, so that each month's registered sites come to the plan's number by real means:
/// sites are suspended, closed, put into service and excluded on dated days.
struct CityRegister {
    let plan: CityPlan
    private(set) var sites: [CitySite]
    private(set) var exclusions: [CityExclusion] = []
    private var generator: SeededGenerator
    private let first: Day
    private let last: Day
    private var papers = 0

    init(plan: CityPlan, plots: [CityPlot]) {
        self.plan = plan
        generator = SeededGenerator(seed: plan.seed, 2)
        first = plan.months.first?.month.days.lowerBound ?? Day(number: 0)
        last = plan.months.last?.month.days.upperBound ?? Day(number: 0)
        sites = plots.map {
            CitySite(code: $0.code, name: $0.name, area: $0.area, kind: $0.kind, mode: $0.mode, states: [], diligence: $0.diligence)
        }
    }

    /// Gives every site its history. Throws `CityPlanError` when the months cannot be reached.
    mutating func fill() throws {
        var order = generator.shuffled(sites.indices)
        let counting = Array(order.prefix(plan.sites))
        order.removeFirst(plan.sites)
        for index in order { makeIdle(index) }

        var steady = counting
        let start = plan.months[0].registered + plan.months[0].exclusions
        var waiting = Array(steady[start...])
        steady.removeSubrange(start...)
        for index in steady { open(index, on: first.advanced(by: -generator.within(20...330)), reason: "验收合格,投入使用") }
        for month in plan.months {
            // Who leaves or is excluded comes from the end; who has joined or been excluded goes to the front, so that no history grows
            // odd.
            while steady.count > month.registered + month.exclusions { leave(steady.removeLast(), before: month.month) }
            while steady.count < month.registered + month.exclusions {
                guard let joining = waiting.popLast() else { throw CityPlanError.month(month.month, "needs more sites than `sites` gives") }
                join(joining, in: month.month)
                steady.insert(joining, at: 0)
            }
            for _ in 0..<month.exclusions {
                let index = steady.removeLast()
                exclude(index, in: month.month)
                steady.insert(index, at: 0)
            }
        }
        for index in waiting { makeWaiting(index) }
        addEvents(to: steady.filter { sites[$0].states.count == 1 && !isExcluded($0) })
        exclusions.sort { ($0.site, $0.fromOn) < ($1.site, $1.fromOn) }
    }

    private func isExcluded(_ index: Int) -> Bool { exclusions.contains { $0.site == sites[index].code } }

    private mutating func document(in day: Day) -> String {
        papers += 1
        return "远办〔\(day.civil.year)〕\(papers)号"
    }

    private mutating func add(_ name: CityState.Name, to index: Int, on day: Day, reason: String = "", paper: Bool = false) {
        sites[index].states.append(CityState(name: name, fromOn: day, reason: reason, document: paper ? document(in: day) : ""))
    }

    private mutating func open(_ index: Int, on day: Day, reason: String) {
        add(.inService, to: index, on: day, reason: reason)
        sites[index].terminals = [CityTerminal(id: "T" + sites[index].code, fromOn: day)]
    }

    /// Suspended or closed in the last days before the month or on its first day: counted in the month before, not in this one.
    private mutating func leave(_ index: Int, before month: Month) {
        let day = month.days.lowerBound.advanced(by: -max(0, generator.within(-3...4)))
        let (name, reason): (CityState.Name, String) =
            switch generator.below(5) {
            case 0: (.suspended, "村部改建,报停")
            case 1: (.suspended, "线路改造,报停")
            case 2: (.suspended, "设备被盗,报停待补")
            case 3: (.closed, "村组合并,撤销站点")
            default: (.closed, "场所拆除,撤销站点")
            }
        add(name, to: index, on: day, reason: reason, paper: true)
    }

    private mutating func join(_ index: Int, in month: Month) {
        let day = month.days.lowerBound.advanced(by: generator.below(20))
        add(.building, to: index, on: day.advanced(by: -generator.within(60...150)), reason: "列入建设计划", paper: true)
        add(.awaitingAcceptance, to: index, on: day.advanced(by: -generator.within(3...20)))
        open(index, on: day, reason: "验收合格,投入使用")
    }

    private mutating func exclude(_ index: Int, in month: Month) {
        let days = month.days
        exclusions.append(
            CityExclusion(
                site: sites[index].code, fromOn: days.lowerBound, untilOn: days.upperBound, reason: "“三防”抢修,整月停电",
                document: document(in: days.lowerBound)))
    }

    private mutating func makeWaiting(_ index: Int) {
        add(.building, to: index, on: first.advanced(by: -generator.within(10...90)), reason: "列入建设计划", paper: true)
    }

    /// A site that never counts.
    private mutating func makeIdle(_ index: Int) {
        let day = first.advanced(by: -generator.within(30...300))
        switch generator.below(6) {
        case 0: add(.planned, to: index, on: day, reason: "列入下年计划")
        case 1:
            add(.planned, to: index, on: day)
            add(.approved, to: index, on: day.advanced(by: 14), paper: true)
        case 2: makeWaiting(index)
        case 3:
            add(.building, to: index, on: day)
            add(.awaitingAcceptance, to: index, on: day.advanced(by: 21), reason: "设备到货,待验收")
        case 4:
            open(index, on: day.advanced(by: -200), reason: "验收合格,投入使用")
            add(.suspended, to: index, on: day, reason: "线路改造,报停", paper: true)
        default:
            open(index, on: day.advanced(by: -200), reason: "验收合格,投入使用")
            add(.closed, to: index, on: day, reason: "村组合并,撤销站点", paper: true)
        }
    }

    /// Everyday events at sites that stay in service in every month: faults (some with a new box), moves, short suspensions, lines that go
    /// dead.
    private mutating func addEvents(to candidates: [Int]) {
        var rest = candidates
        func take(_ count: Int) -> [Int] {
            let taken = Array(rest.suffix(count))
            rest.removeLast(taken.count)
            return taken
        }
        for index in take(plan.silentSites) { sites[index].silentFrom = someDay(from: 8) }
        for (number, index) in take(max(2, plan.sites / 50)).enumerated() {
            let day = someDay(from: 6)
            let repaired = day.advanced(by: generator.within(2...6))
            add(.faulty, to: index, on: day, reason: number % 2 == 0 ? "机顶盒损坏" : "线路故障")
            add(.inService, to: index, on: repaired, reason: number % 2 == 0 ? "更换机顶盒" : "故障修复")
            if number % 2 == 0 { replaceTerminal(of: index, on: repaired) }
        }
        for index in take(max(1, plan.sites / 300)) {
            let day = someDay(from: 7)
            add(.moving, to: index, on: day, reason: "村部搬迁", paper: true)
            add(.inService, to: index, on: day.advanced(by: generator.within(2...5)), reason: "搬迁完成")
        }
        for index in take(max(1, plan.sites / 400)) {
            let day = someDay(from: 7)
            add(.suspended, to: index, on: day, reason: "欠费停机", paper: true)
            add(.inService, to: index, on: day.advanced(by: generator.within(2...5)), reason: "恢复使用")
        }
        for index in take(max(2, plan.sites / 500)) {
            let first = sites[index].terminals[0]
            sites[index].terminals.append(CityTerminal(id: first.id + "C", fromOn: first.fromOn))
        }
        if let index = take(1).first {
            // Covers only part of a month: the site goes on counting.
            let day = someDay(from: 5)
            let paper = document(in: day)
            exclusions.append(
                CityExclusion(site: sites[index].code, fromOn: day, untilOn: day.advanced(by: 6), reason: "线路检修", document: paper))
        }
    }

    private mutating func replaceTerminal(of index: Int, on day: Day) {
        sites[index].terminals[0].untilOn = day.advanced(by: -1)
        sites[index].terminals.append(CityTerminal(id: "T" + sites[index].code + "B", fromOn: day))
    }

    /// A day of one of the months, at least `from` days after its first and well before its last.
    private mutating func someDay(from: Int) -> Day {
        let month = plan.months[generator.below(plan.months.count)].month
        return month.days.lowerBound.advanced(by: generator.within(from...20))
    }
}
