import Accounts
import Basics
import Hummingbird
import Registry
import Storage
package import Web

extension Feature {
    /// What waits for a second person before it goes onto screens.
    package static func approvals(_ content: ContentHouse) -> Feature {
        let today = TodayLook(.approveLibrary) { statements, question in
            let open = try statements.publicationRequests(.open, on: question.today, in: question.scope, limit: 100).map(\.request)
            let waiting = try statements.publicationRequests(.waiting, on: question.today, in: question.scope, limit: 100).map(\.request)
            func entry(_ group: TodayGroup, _ key: String, _ requests: [PublicationRequest]) -> TodayEntry {
                TodayEntry(group, key, count: requests.count, since: requests.map(\.askedAt).min().map(question.zone.day), path: "/approvals", most: 100)
            }
            return [
                entry(.mine, "today.approvals.mine", open.filter { $0.askedBy != question.account }),
                entry(.others, "today.approvals.others", open.filter { $0.askedBy == question.account }), entry(.others, "today.approvals.waiting", waiting),
            ]
        }
        return Feature("approvals", menu: [MenuEntry(.library, "nav.approvals", "/approvals", .approveLibrary)], today: [today]) { $0.addApprovals(content) }
    }
}

extension Routes {
    /// `/approvals`: what waits for a second person; and his yes or no on the page of the courseware.
    fileprivate mutating func addApprovals(_ content: ContentHouse) {
        let house = house
        get("/approvals", .approveLibrary) { request, _, visit in
            let day = house.today
            let (open, waiting, accounts) = try await house.database.read { statements in
                let open = try statements.publicationRequests(.open, on: day, in: visit.scope, limit: 500)
                let waiting = try statements.publicationRequests(.waiting, on: day, in: visit.scope, limit: 500)
                return (open, waiting, try statements.namedAccounts(Set((open + waiting).map(\.request.askedBy)).sorted()))
            }
            let line = { (request: PublicationRequest, courseware: Courseware) in
                ApprovalListPage.Line(
                    id: courseware.id, title: courseware.title, area: courseware.areaName,
                    askedBy: house.pages.words.actor(request.askedBy, accounts, visit.language), askedAt: house.zone.text(request.askedAt))
            }
            let page = ApprovalListPage(lines: open.map(line), empty: open.isEmpty, waiting: waiting.map(line), hasWaiting: !waiting.isEmpty)
            return try house.page("approvals", page, title: house.text("approval.list.title", visit), for: visit, request)
        }
        post("/courseware/:id/approve", .approveLibrary, asksAgain: true) { form, context, visit in
            let id = try courseware(context)
            try await house.publish(id, content, visit) { try $0.approvePublication($1, seen: form["digest"], by: $2) }
            return seeOther("/courseware/\(id)")
        }
        form("/courseware/:id/decline", .approveLibrary, hasOwnPage: true, .decline(content))
        post("/courseware/:id/take-back", .approveLibrary) { form, context, visit in
            let (id, day, act) = (try courseware(context), house.today, house.act(visit))
            try await house.database.write { statements in
                guard let courseware = try statements.courseware(id: id, on: day, in: visit.scope) else { throw Refusal.notFound("courseware") }
                try statements.declinePublication(courseware, remark: "", by: act)
            }
            return seeOther("/courseware/\(id)")
        }
    }
}

/// Why something is not to go onto screens.
enum DeclineFields {
    static let remark = Field.note("remark", "approval.remark", most: 500, rows: 2)
    static let form = Form(remark)
}

extension FormPage where Subject == Courseware {
    /// A second person's no, with what is to be changed.
    static func decline(_ library: ContentHouse) -> FormPage {
        FormPage(
            submit: "approval.decline", subject: { try $0.presentCourseware($1) }, form: { _ in DeclineFields.form }, texts: { _, _ in [:] },
            act: { statements, courseware, values, at in
                try statements.declinePublication(courseware, remark: try values[DeclineFields.remark], by: at.act)
                return "/courseware/\(courseware.id)"
            },
            page: { form, courseware, at in try await at.house.coursewareFrame(courseware.id, at, library, decline: form) })
    }
}

/// What waits for a second person.
struct ApprovalListPage: Sendable {
    struct Line: Sendable {
        let id: String
        let title: String
        let area: String
        let askedBy: String
        let askedAt: String
    }
    let lines: [Line]
    let empty: Bool
    /// What was approved and waits for a key on a stick.
    let waiting: [Line]
    let hasWaiting: Bool
}

/// What the page of a courseware says of its way to the screens.
struct ApprovalPart: Sendable {
    /// Whether one person is not enough.
    let isNeeded: Bool
    /// Who asked and when, or what was decided; nil when there is nothing to say.
    let standing: String?
    let isOpen: Bool
    /// Whether it was approved and waits for a key on a stick; and whether approving it will make it wait.
    let isWaiting: Bool
    let needsStick: Bool
    /// Whether it changed since it was asked for.
    let isStale: Bool
    let mayDecide: Bool
    let mayTakeBack: Bool
    let digest: String
    let decline: FormView?

    init(
        _ courseware: Courseware, _ request: PublicationRequest?, _ accounts: [String: NamedAccount], _ rule: SecondPerson, needsStick: Bool, decline: FormView?,
        _ house: House, _ visit: Visit
    ) {
        self.decline = decline
        self.needsStick = needsStick
        isNeeded = rule.isNeeded(for: courseware)
        isOpen = request?.state == .open
        isWaiting = request?.state == .waiting
        isStale = (isOpen || isWaiting) && request?.digest != courseware.screenDigest
        let isOwn = request?.askedBy == visit.account.id
        mayDecide = isOpen && !isOwn && visit.may(.approveLibrary)
        mayTakeBack = [.open, .waiting].contains(request?.state) && request?.mayBeTakenBack(by: visit.account.id) == true
        digest = courseware.screenDigest
        standing = request.flatMap { request in
            guard [.open, .declined, .waiting].contains(request.state) else { return nil }
            let person = request.state == .open ? request.askedBy : request.decidedBy ?? ""
            return house.text(
                "approval.\(request.state.rawValue)", visit,
                [
                    "name": house.pages.words.actor(person, accounts, visit.language),
                    "at": house.zone.text(request.state == .open ? request.askedAt : request.decidedAt ?? request.askedAt), "remark": request.remark,
                ])
        }
    }
}
