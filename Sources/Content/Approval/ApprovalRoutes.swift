import Accounts
import Basics
import Hummingbird
import Lists
import Registry
import Storage
package import Web

extension Feature {
    /// What waits for a second person before it goes onto screens.
    package static func approvals(_ content: ContentHouse) -> Feature {
        let today = TodayLook(.approveLibrary) { statements, question in
            let open = try statements.publicationRequests(.open, on: question.today, in: question.scope, limit: 100).map(\.request)
            let waiting = try statements.publicationRequests(.waiting, on: question.today, in: question.scope, limit: 100).map(\.request)
            func entry(
                _ group: TodayGroup, _ key: String, _ requests: [PublicationRequest], _ place: Location = CoursewareAddress.approvals()
            ) -> TodayEntry {
                TodayEntry(
                    group, key, count: requests.count, since: requests.map(\.askedAt).min().map(question.zone.day), at: place, most: 100)
            }
            return [
                entry(.mine, "today.approvals.mine", open.filter { $0.askedBy != question.account }),
                entry(.others, "today.approvals.others", open.filter { $0.askedBy == question.account }),
                entry(.others, "today.approvals.waiting", waiting, CoursewareAddress.approvals().with("state", "waiting")),
            ]
        }
        return Feature(
            "approvals", menu: [MenuEntry(.library, "nav.approvals", CoursewareAddress.approvals, .approveLibrary)], today: [today]
        ) {
            $0.addApprovals(content)
        }
    }
}

extension Routes {
    /// `/approvals`: what waits for a second person; and his yes or no on the page of the courseware.
    fileprivate mutating func addApprovals(_ content: ContentHouse) {
        let house = house
        list(.approvals)
        post(CoursewareAddress.approve, .approveLibrary, asksAgain: true) { form, context, visit in
            let id = try courseware(context)
            try await house.publish(id, content, visit) { try $0.approvePublication($1, seen: form["digest"], by: $2) }
            return seeOther(CoursewareAddress.one(id))
        }
        form(
            CoursewareAddress.decline, .approveLibrary,
            on: { CoursewareAddress.one(try $0.parts(CoursewareAddress.decline)).at("approval") }, .decline(content))
        post(CoursewareAddress.takeBack, .approveLibrary) { form, context, visit in
            let (id, day, act) = (try courseware(context), house.today, house.act(visit))
            try await house.database.write { statements in
                guard let courseware = try statements.courseware(id: id, on: day, in: visit.scope) else {
                    throw Refusal.notFound("courseware")
                }
                try statements.declinePublication(courseware, remark: "", by: act)
            }
            return seeOther(CoursewareAddress.one(id))
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
            submit: "approval.decline", subject: { try $0.presentCourseware($1) }, form: { _ in DeclineFields.form },
            texts: { _, _ in [:] },
            act: { statements, courseware, values, at in
                try statements.declinePublication(courseware, remark: try values[DeclineFields.remark], by: at.act)
                return CoursewareAddress.one(courseware.id)
            },
            page: { form, courseware, at in try await at.house.coursewareFrame(courseware.id, at, library, decline: form) })
    }
}

/// A request with what it is about and the names that it needs.
struct NamedRequest: Sendable {
    let request: PublicationRequest
    let courseware: Courseware
    let accounts: [String: NamedAccount]
}

extension ListPage where Row == NamedRequest {
    /// What waits for a second person, and what was approved and waits for a key on a stick, the oldest first.
    static var approvals: ListPage {
        @Sendable func state(_ question: ListQuestion) -> PublicationRequest.State { question["state"] == "waiting" ? .waiting : .open }
        return ListPage(
            CoursewareAddress.approvals, .approveLibrary, title: "approval.list.title",
            columns: [
                ListColumn("title", "library.column.title") { row, _ in
                    Table.Cell(row.courseware.title, url: CoursewareAddress.one(row.courseware.id).at("approval"), mark: "wide")
                },
                ListColumn("area", "library.column.area") { row, _ in Table.Cell(row.courseware.areaName) },
                ListColumn("asked_by", "approval.asked_by") { Table.Cell($1.actor($0.request.askedBy, $0.accounts)) },
                ListColumn("asked_at", "approval.asked_at") { Table.Cell($1.time($0.request.askedAt)) },
            ],
            filters: [
                ListFilter(
                    "state", "library.column.state",
                    [FieldOption("", "approval.list.open"), FieldOption("waiting", "approval.list.waiting")])
            ],
            rows: { statements, question in
                let parts = question.after.split(separator: "_", maxSplits: 1)
                let last = parts.count == 2 ? Int64(parts[0]).map { (askedAt: Instant(milliseconds: $0), id: String(parts[1])) } : nil
                let found = try statements.publicationRequests(
                    state(question), after: last, on: question.today, in: question.scope, limit: question.limit)
                let accounts = try statements.namedAccounts(Set(found.map(\.request.askedBy)).sorted())
                return found.map { NamedRequest(request: $0.request, courseware: $0.courseware, accounts: accounts) }
            }, count: { try $0.publicationRequestCount(state($1), on: $1.today, in: $1.scope) },
            place: { "\($0.request.askedAt.milliseconds)_\($0.request.id)" },
            note: "approval.list.note", empty: "approval.list.empty")
    }
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
        _ courseware: Courseware, _ request: PublicationRequest?, _ accounts: [String: NamedAccount], _ rule: SecondPerson,
        needsStick: Bool, decline: FormView?,
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
                    "at": house.zone.text(request.state == .open ? request.askedAt : request.decidedAt ?? request.askedAt),
                    "remark": request.remark,
                ])
        }
    }
}
