import Basics

/// A place where a site stands, before anything has happened there.
struct CityPlot {
    let code: String
    let name: String
    let area: AreaCode
    let kind: CitySite.Kind
    let mode: CitySite.Mode
    let diligence: Int
}

/// The land of a city: its tree of areas, and where in it the sites stand.
struct CityGround {
    let plan: CityPlan
    let code: AreaCode
    let fromOn: Day
    private(set) var areas: [CityArea] = []
    private var generator: SeededGenerator
    private var townships: [CityArea] = []
    private var villages: [CityArea] = []
    private var plots: [CityPlot] = []
    private var zeal: [String: Int] = [:]

    init(plan: CityPlan, code: AreaCode, fromOn: Day) {
        self.plan = plan
        self.code = code
        self.fromOn = fromOn
        generator = SeededGenerator(seed: plan.seed, 1)
    }

    /// Founds the areas and finds a place for every site, counting or not; ascending by code.
    mutating func settle() -> [CityPlot] {
        found()
        let wanted = plan.sites + plan.otherSites
        for township in townships where plots.count < wanted {
            add(.township, in: township, serial: 1)
            if generator.chance(perMille: 300), plots.count < wanted { add(.agency, in: township, serial: 1) }
        }
        var round = 0
        while plots.count < wanted {
            for village in generator.shuffled(villages).prefix(wanted - plots.count) {
                add(round > 0 ? .enterprise : village.name.hasSuffix("社区") ? .community : .village, in: village, serial: max(1, round))
            }
            round += 1
        }
        return plots.sorted { $0.code < $1.code }
    }

    private mutating func found() {
        var names = CityNames(&generator)
        areas = [CityArea(code: code, name: plan.name, fromOn: fromOn)]
        let townshipCounts = shares(of: plan.townships, among: plan.counties)
        let villageCounts = shares(of: plan.villages, among: plan.townships)
        for county in 0..<plan.counties {
            let countyArea = area(code, padded(county + 1, 2), names.county(county))
            zeal[countyArea.code.description] = generator.below(400)
            for index in 0..<townshipCounts[county] {
                let urban = index == 0
                let suffix = padded((urban ? 1 : 99) + index, 3)
                let township = area(countyArea.code, suffix, names.township(index, urban: urban, town: generator.chance(perMille: 700)))
                let count = villageCounts[townships.count]
                townships.append(township)
                for (number, name) in names.villages(count, &generator).enumerated() {
                    let community = urban || generator.chance(perMille: 60)
                    villages.append(area(township.code, padded((community ? 1 : 201) + number, 3), name + (community ? "社区" : "村")))
                }
            }
        }
        areas.sort { $0.code < $1.code }
    }

    private mutating func area(_ parent: AreaCode, _ digits: String, _ name: String) -> CityArea {
        let area = CityArea(code: AreaCode(parent.description + digits) ?? parent, name: name, fromOn: fromOn)
        areas.append(area)
        return area
    }

    /// `total` in uneven parts of at least one.
    private mutating func shares(of total: Int, among count: Int) -> [Int] {
        var parts = [Int](repeating: 1, count: count)
        let weights = (0..<count).map { _ in generator.within(70...130) }
        let sum = weights.reduce(0, +)
        for index in parts.indices { parts[index] += (total - count) * weights[index] / sum }
        var rest = total - parts.reduce(0, +)
        while rest > 0 {
            parts[rest % count] += 1
            rest -= 1
        }
        return parts
    }

    private mutating func add(_ kind: CitySite.Kind, in area: CityArea, serial: Int) {
        let full = area.code.description + String(repeating: "0", count: AreaLevel.village.rawValue - area.code.level.rawValue)
        let draw = generator.below(100)
        let mode: CitySite.Mode = draw < 60 ? .iptv : draw < 80 ? .cable : draw < 93 ? .internet : .satellite
        let suffix =
            switch kind {
            case .village, .community, .township: "站点"
            case .agency: "便民服务中心站点"
            case .enterprise: "合作社站点"
            }
        plots.append(
            CityPlot(
                code: "\(full)\(kind.digit)\(padded(serial, 2))", name: area.name + suffix + (serial > 1 ? "(\(serial))" : ""),
                area: area.code, kind: kind,
                mode: mode, diligence: generator.below(600) + (zeal[String(area.code.description.prefix(6))] ?? 0)))
    }
}
