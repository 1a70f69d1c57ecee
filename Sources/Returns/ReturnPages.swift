import Accounts
import Basics
import Figures
import Registry
import Web

/// What the pages of returns are made of.
struct ReturnRecord: Sendable {
    let period: Period
    /// Nil for the list of a whole scope.
    let area: Area?
    let path: [Area]
    /// The areas that the completeness is told by.
    package let below: [Area]
    /// Of the area and all below it.
    let standings: [ReturnStanding]
    /// The area's own return, when it is due or was made.
    let own: ReturnStanding?
    let overtaken: [OvertakenSite]
    let steps: [ReturnStepRow]
    let accounts: [String: NamedAccount]
    let isClosed: Bool
    /// The part of the network that the account may change, as it lay at the month's end.
    let keeping: Scope

    var month: Month { period.month }
    var deadline: ReturnDeadline { ReturnDeadline(month) }

    func filtered(_ state: ReturnState?) -> [ReturnStanding] { standings.filter { state == nil || $0.state == state } }
}

/// What stands above lists and forms: how many returns are due and there, by when, and whose are missing. Shown with the partial
/// `return_completeness`.
struct ReturnSummary: Sendable {
    let summary: String
    let missing: String?
    let deadlines: [String]
    let groups: Table?

    init(_ record: ReturnRecord, zone: NetworkZone, _ speech: Speech) {
        let (deadline, today) = (record.deadline, record.period.today)
        let all = ReturnCompleteness(code: "", name: "", record.standings, deadline, zone: zone, today: today)
        summary = speech(
            "return.summary",
            [
                "due": String(all.due), "submitted": String(all.submitted), "approved": String(all.approved), "late": String(all.late),
                "rate": speech.rate(all.rate),
                "made": speech.made(all.rate),
            ])
        missing =
            all.missing.isEmpty
            ? nil
            : speech(
                "return.missing",
                ["names": all.missing.prefix(30).joined(separator: speech("return.between")) + (all.missing.count > 30 ? "…" : "")])
        deadlines = [
            speech(
                "return.deadline.submit", ["day": deadline.submit.description, "left": speech.left(until: deadline.submit, today: today)]),
            speech(
                "return.deadline.approve",
                ["day": deadline.approve.description, "left": speech.left(until: deadline.approve, today: today)]),
        ]
        let lines = ReturnCompleteness.lines(record.standings, below: record.below, deadline, zone: zone, today: today)
        groups = lines.isEmpty || record.below.isEmpty ? nil : .completeness(lines, all, record.month, speech)
    }
}

/// The page `return`: an area's own return as a form or as a table, what may be done with it, and the returns below.
struct ReturnPage: Sendable {
    struct Row: Sendable {
        let rowName: String
        let rowCode: String
        let rowURL: Location
        let rowDays: Int
        let cells: [FormView.Cell]
    }
    struct Head: Sendable { let headLabel: String }
    struct Task: Sendable {
        let taskCSRF: String
        let taskAction: Location
        let taskRevision: Int
    }
    /// The form of the one who types.
    struct Typing: Sendable {
        let formCaption: String
        let heads: [Head]
        let rows: [Row]
        /// Without the fields of the table.
        let form: FormView
    }

    let monthBar: MonthBar
    let isSaved: Bool
    let completeness: ReturnSummary?
    package let below: Table?
    let hasOwn: Bool
    let state: String
    let punctuality: [String]
    let sentBackReason: String?
    let filled: String
    let shareWarning: String?
    let stated: String?
    let task: Task
    let typing: Typing?
    let lines: Table?
    let overtaken: Table?
    let mayApprove: Bool
    let waitsForOther: Bool
    let sendingBack: FormView?
    let closedNote: Bool
    let history: Table?
    let csvURL: Location?
    let listURL: Location
    let bulletinURL: Location
    /// What the page is for, where nothing is due.
    let isIdle: Bool

    /// `typing` and `sendingBack` are the forms of those who may.
    init(
        _ record: ReturnRecord, area: Area, typing: FormView?, sendingBack: FormView?, isSaved: Bool, csrf: String, account: String,
        zone: NetworkZone, _ speech: Speech
    ) {
        let (month, own, today) = (record.month, record.own, record.period.today)
        monthBar = MonthBar(record.period, at: ReturnAddress.list(), fields: [("area", area.code)])
        self.isSaved = isSaved
        let isTownship = area.areaCode.map { $0.level >= .township } ?? true
        completeness = !isTownship && record.standings.contains(where: \.isDue) ? ReturnSummary(record, zone: zone, speech) : nil
        below = isTownship || record.standings.isEmpty ? nil : .returns(record.standings, record, zone, speech, empty: "")

        hasOwn = own != nil
        let made = own?.monthlyReturn
        state = speech("return.state.\((own?.state ?? .open).rawValue)")
        punctuality = own.map { speech.punctuality(of: $0, record.deadline, zone: zone, today: today) } ?? []
        sentBackReason = made.flatMap { $0.state == .sentBack ? speech("return.sent_back_reason", ["reason": $0.reason]) : nil }
        let (should, attended) = (own?.sum(.should) ?? 0, own?.sum(.attended) ?? 0)
        filled = speech(
            "return.filled",
            [
                "filled": String(own?.filled ?? 0), "sites": String(own?.sites.count ?? 0), "on": String(own?.on ?? 0),
                "minutes": String(own?.sum(.minutes) ?? 0),
                "should": String(should), "attended": String(attended), "rate": speech.rate(Rate(attended, of: should)),
            ])
        let statedShare = made?.statedShare ?? ""
        let check = ShareCheck(statedShare, attended: attended, of: should)
        let values = [
            "share": statedShare, "should": String(should), "attended": String(attended), "rate": speech.rate(Rate(attended, of: should)),
        ]
        shareWarning =
            switch check {
            case .sound: nil
            case .withoutBase: speech("return.share.without_base", values)
            case .impossible: speech("return.share.impossible", values)
            case .differs: speech("return.share.differs", values)
            }
        stated = statedShare.isEmpty ? nil : speech("return.share.stated", values)
        task = Task(taskCSRF: csrf, taskAction: ReturnAddress.approve(month, area.code), taskRevision: made?.revision ?? 0)
        self.typing = typing.flatMap { form in
            own.map { own in
                Typing(
                    formCaption: speech("return.caption", ["area": area.name, "month": speech.month(month)]),
                    heads: ReturnField.allCases.map { Head(headLabel: speech("return.field.\($0.rawValue)")) },
                    rows: own.sites.map { site in
                        Row(
                            rowName: site.name, rowCode: site.code, rowURL: FigureAddress.site(site.code, month), rowDays: site.serviceDays,
                            cells: ReturnFields.names(site).compactMap(form.cell))
                    }, form: form.leavingOut(Set(own.sites.flatMap(ReturnFields.names))))
            }
        }
        lines = typing != nil ? nil : own.flatMap { $0.isDue ? .returnLines($0, month, speech) : nil }
        overtaken = record.overtaken.isEmpty ? nil : .overtaken(record.overtaken, month, speech)
        mayApprove = made.map { ReturnLife.approve.isOpen($0.standing, by: account, in: record.keeping) } ?? false
        self.sendingBack = sendingBack
        waitsForOther = made?.state == .submitted && !mayApprove
        closedNote = made?.state == .approved && record.isClosed
        history = record.steps.isEmpty ? nil : .returnSteps(record, zone, speech)
        csvURL = own == nil ? nil : ReturnAddress.file(month, area.code)
        listURL = ReturnAddress.list().with("month", month)
        bulletinURL = BulletinAddress.bulletin(area.code, month)
        isIdle = own == nil && record.standings.isEmpty
    }
}

extension Speech {
    /// How many days are left until a day, or how many it is past.
    func left(until last: Day, today: Day) -> String { punctuality(Punctuality(done: nil, until: last, today: today)) }

    func punctuality(_ punctuality: Punctuality) -> String {
        switch punctuality {
        case .left(0): self("return.due.today")
        case .left(let days): self("return.due.left", ["days": String(days)])
        case .onTime: self("return.due.on_time")
        case .late(let days): self("return.due.late", ["days": String(days)])
        }
    }

    /// How a return stands against both deadlines; against that of approval only once it was submitted.
    func punctuality(of standing: ReturnStanding, _ deadline: ReturnDeadline, zone: NetworkZone, today: Day) -> [String] {
        let submission = punctuality(standing.submission(deadline, zone: zone, today: today))
        let first = self("return.deadline.submit", ["day": deadline.submit.description, "left": submission])
        guard standing.isSubmitted else { return [first] }
        return [
            first,
            self(
                "return.deadline.approve",
                ["day": deadline.approve.description, "left": punctuality(standing.approval(deadline, zone: zone, today: today))]),
        ]
    }
}

/// Where monthly returns are typed and approved.
enum ReturnAddress {
    static let list = FixedAddress("/returns")
    static let json = FixedAddress("/returns.json")
    static let one = Address<Month, String>("/returns/:month/:code")
    static let file = Address<Month, String>("/returns/:month/{code}.csv")
    static let sendBack = one.adding("/send-back")
    static let approve = one.adding("/approve")
}
