package import Basics
import Figures
import Web

/// What is typed about a site in a month, in the order of the form.
package enum ReturnField: String, CaseIterable, Sendable, Codable {
    case days, minutes, sessions, should, attended
}

/// Where a return stands; `open` while nobody has typed anything.
package enum ReturnState: String, CaseIterable, Sendable, Codable {
    case open, draft, submitted
    case sentBack = "sent_back"
    case approved
}

/// What happens to a return.
package enum ReturnStep: String, CaseIterable, Sendable, Codable {
    case saved, submitted
    case sentBack = "sent_back"
    case approved
}

/// A registered site without machine data in a month: no terminal stood there on any of its days in service, so a person types what it did.
package struct TypedSite: Hashable, Sendable {
    package let num: Int
    package let code: String
    package let name: String
    /// Code of the area in which the site lies.
    package let areaCode: String
    /// Days of the month in service.
    package let serviceDays: Int

    package init(num: Int, code: String, name: String, areaCode: String, serviceDays: Int) {
        self.num = num
        self.code = code
        self.name = name
        self.areaCode = areaCode
        self.serviceDays = serviceDays
    }

    /// The area that types its figures: its township; for a site that lies directly in a county or above, that area itself.
    package var returnArea: String { String(areaCode.prefix(AreaLevel.township.rawValue)) }

    /// The name of one of its fields in the form.
    func input(_ name: String) -> String { "\(name)-\(Query.segment(code))" }
    func input(_ field: ReturnField) -> String { input(field.rawValue) }
}

/// What was typed about one site; a field that is missing is not filled in.
package struct ReturnLine: Hashable, Sendable {
    package var values: [ReturnField: Int]
    package var remark: String

    package init(_ values: [ReturnField: Int] = [:], remark: String = "") {
        self.values = values
        self.remark = remark
    }

    package subscript(_ field: ReturnField) -> Int? { values[field] }

    package var isEmpty: Bool { values.isEmpty && remark.isEmpty }
    package var isFilled: Bool { values.count == ReturnField.allCases.count }
}

/// A return as it is typed.
package struct ReturnDraft: Hashable, Sendable {
    /// By the code of the site.
    package var lines: [String: ReturnLine]
    /// The share of participants that the paper states, in per cent without the sign; empty when it states none.
    package var share: String
    /// The revision that the form showed; 0 for a new return.
    package var revision: Int

    package init(lines: [String: ReturnLine], share: String = "", revision: Int) {
        self.lines = lines
        self.share = share
        self.revision = revision
    }
}

/// The monthly return of an area (月报).
package struct MonthlyReturn: Decodable, Hashable, Sendable {
    package let id: String
    package let areaID: String
    package let areaCode: String
    package let areaName: String
    package let state: ReturnState
    package let statedShare: String
    package let revision: Int
    package let submittedBy: String
    package let submittedAt: Instant?
    package let firstSubmittedAt: Instant?
    package let decidedBy: String
    package let decidedAt: Instant?
    package let reason: String
}

/// One step of a return's history.
package struct ReturnStepRow: Decodable, Hashable, Sendable {
    package let step: ReturnStep
    package let actor: String
    package let madeAt: Instant
    package let reason: String
}

/// What may be typed. Pure.
package enum ReturnRules {
    /// Above these a number is taken for a slip of the finger.
    package static let mostSessions = 999
    package static let mostPeople = 99_999
    package static let longestRemark = 60

    /// A number as typed.
    package enum Typed: Hashable, Sendable {
        case nothing
        case number(Int)
        /// The code of what is wrong.
        case wrong(String)
    }

    /// Reads a whole number of at least 0; digits of full width are digits.
    package static func read(_ text: String) -> Typed {
        let digits = halfWidth(text)
        if digits.isEmpty { return .nothing }
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return .wrong("return.number") }
        guard digits.utf8.count <= 9, let number = Int(digits) else { return .wrong("return.too_large") }
        return .number(number)
    }

    /// Reads a share in per cent, with or without its sign; nil for what is none.
    package static func readShare(_ text: String) -> String? {
        var share = halfWidth(text)
        if share.hasSuffix("%") { share = share.dropLast().description.trimmedBlanks }
        if share.isEmpty { return "" }
        let parts = share.split(separator: ".", omittingEmptySubsequences: false)
        let lengths = parts.map(\.utf8.count)
        guard parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), (1...3).contains(lengths[0]),
            lengths.count == 1 || lengths.count == 2 && (1...4).contains(lengths[1])
        else { return nil }
        return share
    }

    private static func halfWidth(_ text: String) -> String {
        text.officeCode
    }

    /// What is wrong with a line of a site that was in service on some days, by field. Fields that are not filled in are wrong only in a
    /// complete return.
    package static func problems(_ line: ReturnLine, serviceDays: Int, isComplete: Bool) -> [ReturnField: String] {
        var problems: [ReturnField: String] = [:]
        if isComplete { for field in ReturnField.allCases where line[field] == nil { problems[field] = "form.required" } }
        if let days = line[.days], days > serviceDays { problems[.days] = "return.days_over" }
        if let minutes = line[.minutes] {
            if let days = line[.days], days <= serviceDays {
                if days == 0, minutes > 0 { problems[.minutes] = "return.minutes_without_days" }
                if days > 0, minutes < days { problems[.minutes] = "return.minutes_under" }
            }
            if problems[.minutes] == nil, minutes > min(line[.days] ?? serviceDays, serviceDays) * 1440 {
                problems[.minutes] = "return.minutes_over"
            }
        }
        if let sessions = line[.sessions], sessions > mostSessions { problems[.sessions] = "return.too_large" }
        if let should = line[.should], should > mostPeople { problems[.should] = "return.too_large" }
        if let attended = line[.attended] {
            if attended > mostPeople { problems[.attended] = "return.too_large" }
            if let should = line[.should], attended > should { problems[.attended] = "return.attended_over" }
            if line[.sessions] == 0, attended > 0 { problems[.attended] = "return.attended_without_session" }
        }
        return problems
    }

    /// What is wrong with a return, by the name of the field in the form.
    package static func problems(_ draft: ReturnDraft, _ sites: [TypedSite], isComplete: Bool) -> FieldProblems {
        var all: FieldProblems = [:]
        for site in sites {
            let line = draft.lines[site.code] ?? ReturnLine()
            for (field, problem) in problems(line, serviceDays: site.serviceDays, isComplete: isComplete) {
                all[site.input(field)] = FieldProblem(problem)
            }
            if line.remark.count > longestRemark { all[site.input("remark")] = "form.too_large" }
        }
        if readShare(draft.share) != draft.share { all["share"] = "return.share_form" }
        return all
    }
}

/// What a stated share is worth beside the numbers that it is made of (metrics.md: a share that no whole number of the base can give is
/// flagged).
package enum ShareCheck: Hashable, Sendable {
    /// None is stated, or it is that of the numbers.
    case sound
    /// There is nobody who should attend.
    case withoutBase
    /// No whole number of the base gives it.
    case impossible
    /// Some other number of the base gives it.
    case differs

    /// Checks a share as `ReturnRules.readShare` gives it, printed half up with its own decimals.
    package init(_ share: String, attended: Int, of should: Int) {
        guard !share.isEmpty else {
            self = .sound
            return
        }
        guard should > 0 else {
            self = .withoutBase
            return
        }
        guard isShare(share, of: should) else {
            self = .impossible
            return
        }
        let decimals = share.split(separator: ".").dropFirst().first?.utf8.count ?? 0
        let scale = (0..<decimals).reduce(100) { product, _ in product * 10 }
        let digits = Int(share.filter { $0 != "." }) ?? -1
        self = (2 * attended * scale + should) / (2 * should) == digits ? .sound : .differs
    }
}
