package import Basics
package import Foundation

/// What a made-up city must look like and which totals its months must come to. Read from a file, so that no total stands in the program.
package struct CityPlan: Hashable, Sendable, Codable, CustomStringConvertible {
    package let seed: UInt64
    /// Four digits that belong to no real city.
    package let code: String
    package let name: String
    package let counties: Int
    package let townships: Int
    package let villages: Int
    /// Sites that are in service in one of the months.
    package let sites: Int
    /// Sites beyond those, planned, being built, suspended or closed, that never count.
    package let otherSites: Int
    /// Ascending.
    package let months: [CityMonthPlan]

    private enum CodingKeys: String, CodingKey {
        case seed, code, name, counties, townships, villages, sites, months
        case otherSites = "other_sites"
    }

    package init(
        seed: UInt64, code: String, name: String, counties: Int, townships: Int, villages: Int, sites: Int, otherSites: Int,
        months: [CityMonthPlan]
    ) {
        self.seed = seed
        self.code = code
        self.name = name
        self.counties = counties
        self.townships = townships
        self.villages = villages
        self.sites = sites
        self.otherSites = otherSites
        self.months = months
    }

    /// Reads a plan. Throws `DecodingError` for a text that is no plan; `City` checks whether the numbers can be.
    package init(json: Data) throws { self = try JSONDecoder().decode(CityPlan.self, from: json) }

    /// Name, code and seed.
    package var description: String { "\(name) \(code), seed \(seed)" }

    /// The plan of that month, nil when it names no totals for it.
    package func month(_ month: Month) -> CityMonthPlan? { months.first { $0.month == month } }
}

/// The totals of one month.
package struct CityMonthPlan: Hashable, Sendable, Codable {
    package let month: Month
    /// Sites with at least one minute in service in the month, without those excluded for the whole of it.
    package let registered: Int
    /// Registered sites with at least one minute on.
    package let switchedOn: Int
    /// Minutes of the month for each switched-on site; nil lets the seed choose.
    package let meanMinutes: Int?
    /// Sites in service that an approved exclusion takes out for the whole month.
    package let exclusions: Int
    /// Registered sites with an effective play, and with an effective play on demand; nil lets the seed choose.
    package let viewedSites: Int?
    package let demandSites: Int?
    /// Where a number comes from.
    package let note: String?

    private enum CodingKeys: String, CodingKey {
        case month, registered, exclusions, note
        case switchedOn = "switched_on"
        case meanMinutes = "mean_minutes"
        case viewedSites = "viewed_sites"
        case demandSites = "demand_sites"
    }

    package init(
        month: Month, registered: Int, switchedOn: Int, meanMinutes: Int? = nil, exclusions: Int = 0, viewedSites: Int? = nil,
        demandSites: Int? = nil,
        note: String? = nil
    ) {
        self.month = month
        self.registered = registered
        self.switchedOn = switchedOn
        self.meanMinutes = meanMinutes
        self.exclusions = exclusions
        self.viewedSites = viewedSites
        self.demandSites = demandSites
        self.note = note
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        guard let month = Month(try fields.decode(String.self, forKey: .month)) else {
            throw DecodingError.dataCorruptedError(forKey: .month, in: fields, debugDescription: "A month is written YYYY-MM")
        }
        self.init(
            month: month, registered: try fields.decode(Int.self, forKey: .registered),
            switchedOn: try fields.decode(Int.self, forKey: .switchedOn),
            meanMinutes: try fields.decodeIfPresent(Int.self, forKey: .meanMinutes),
            exclusions: try fields.decodeIfPresent(Int.self, forKey: .exclusions) ?? 0,
            viewedSites: try fields.decodeIfPresent(Int.self, forKey: .viewedSites),
            demandSites: try fields.decodeIfPresent(Int.self, forKey: .demandSites),
            note: try fields.decodeIfPresent(String.self, forKey: .note))
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(month.description, forKey: .month)
        try fields.encode(registered, forKey: .registered)
        try fields.encode(switchedOn, forKey: .switchedOn)
        try fields.encodeIfPresent(meanMinutes, forKey: .meanMinutes)
        try fields.encode(exclusions, forKey: .exclusions)
        try fields.encodeIfPresent(viewedSites, forKey: .viewedSites)
        try fields.encodeIfPresent(demandSites, forKey: .demandSites)
        try fields.encodeIfPresent(note, forKey: .note)
    }
}

/// Why no city can be made from a plan.
package enum CityPlanError: Error, Hashable, CustomStringConvertible {
    /// A field of the plan is out of bounds.
    case field(String, String)
    /// The totals of a month contradict each other.
    case month(Month, String)

    package var description: String {
        switch self {
        case .field(let name, let sentence): "`\(name)` of the city plan \(sentence)"
        case .month(let month, let sentence): "The city plan's month \(month) \(sentence)"
        }
    }
}

extension CityPlan {
    /// Sites whose line is cut for good at some day of the plan's months.
    var silentSites: Int { max(1, sites / 120) }

    /// Throws `CityPlanError` when no city can be like this.
    func check() throws {
        guard let area = AreaCode(code), area.level == .city else { throw CityPlanError.field("code", "must have four digits") }
        guard (1...99).contains(counties) else { throw CityPlanError.field("counties", "must lie between 1 and 99") }
        guard (counties...counties * 80).contains(townships) else {
            throw CityPlanError.field("townships", "must be 1 to 80 for each county")
        }
        guard (townships...townships * 150).contains(villages) else {
            throw CityPlanError.field("villages", "must be 1 to 150 for each township")
        }
        guard sites > 0, otherSites >= 0, sites + otherSites <= townships + villages * 5 else {
            throw CityPlanError.field("sites", "must be at least 1, and at most one for each township and five for each village")
        }
        guard !months.isEmpty, zip(months, months.dropFirst()).allSatisfy({ $0.month < $1.month }) else {
            throw CityPlanError.field("months", "must name at least one month, in ascending order")
        }
        for plan in months { try check(plan) }
    }

    private func check(_ plan: CityMonthPlan) throws {
        func require(_ condition: Bool, _ sentence: String) throws {
            guard condition else { throw CityPlanError.month(plan.month, sentence) }
        }
        try require(plan.exclusions >= 0 && plan.registered + plan.exclusions <= sites, "needs more sites in service than `sites` gives")
        try require(
            plan.switchedOn >= 0 && plan.switchedOn <= plan.registered - silentSites,
            "has too many `switched_on`: \(silentSites) registered sites are not heard and stay silent")
        try require((plan.meanMinutes ?? 1) >= 1, "needs `mean_minutes` of at least 1")
        let viewed = plan.viewedSites ?? plan.switchedOn
        try require(viewed >= 0 && viewed <= plan.switchedOn, "has more `viewed_sites` than `switched_on`")
        try require((plan.demandSites ?? 0) >= 0 && plan.demandSites ?? 0 <= viewed, "has more `demand_sites` than `viewed_sites`")
    }
}
