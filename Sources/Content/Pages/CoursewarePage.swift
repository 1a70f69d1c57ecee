import Accounts
import Basics
import Foundation
import Hummingbird
import Jobs
import Media
import Registry
import Storage
import Web
import Wire

/// What the page of one courseware shows.
struct CoursewarePage: Sendable {
    struct Fact: Sendable {
        let label: String
        let text: String
    }
    struct NodeLine: Sendable {
        let id: String
        let name: String
        let kind: String
        let area: String
        let state: String
        let detail: String
        let receivedAt: String
    }
    let id: String
    let csrf: String
    let state: String
    let isSaved: Bool
    let isEncoding: Bool
    let permille: Int
    let progress: String
    let problem: String?
    /// What encoding did that its maker may not expect.
    let notes: [String]
    let hasPicture: Bool
    let hasPreview: Bool
    let facts: [Fact]
    // What may be done.
    let mayPublish: Bool
    let mayPublishAgain: Bool
    let approval: ApprovalPart
    let mayWithdraw: Bool
    let mayDelete: Bool
    let mayRetry: Bool
    let mayCancel: Bool
    /// What is said about it, for whoever may change that.
    let fields: FormView?
    // Where it is.
    let showsNodes: Bool
    let hasNodes: Bool
    let counts: [Fact]
    let nodes: [NodeLine]
    let nodesNote: String
}

extension House {
    /// The page of a courseware; with a form of it that was not taken as it is.
    func coursewareFrame(_ id: String, _ at: FormVisit, _ library: ContentHouse, fields: FormView? = nil, decline: FormView? = nil)
        async throws -> FormFrame
    {
        let (day, limit, visit) = (at.today, 200, at.visit)
        let (notes, asked, accounts) = try await database.read { statements in
            let asked = try statements.publicationRequest(of: id)
            return (
                try statements.encodingNotes(id: id), asked,
                try statements.namedAccounts([asked?.askedBy, asked?.decidedBy].compactMap { $0 })
            )
        }
        let found = try await database.read { statements -> (Courseware, Job?, [CoursewareNode], [Holding.State?: Int]) in
            guard let courseware = try statements.courseware(id: id, on: day, in: visit.scope) else { throw Refusal.notFound("courseware") }
            guard courseware.publishedAt != nil else { return (courseware, try statements.latestJob(about: id), [], [:]) }
            return (
                courseware, try statements.latestJob(about: id),
                try statements.coursewareNodes(of: courseware, on: day, in: visit.scope, limit: limit),
                try statements.coursewareNodeCounts(of: courseware, on: day, in: visit.scope)
            )
        }
        let words = LibraryWords(house: self, visit: visit)
        let (courseware, keys) = (found.0, library.keys)
        let needsStick = try await database.read { try !$0.canSign(courseware, with: keys) }
        let mayChange = visit.may(.editLibrary) && courseware.state != .archived
        let fields = mayChange ? fields ?? opened(.coursewareFields(library), courseware, at, action: CoursewareAddress.one(id)) : nil
        let approval = ApprovalPart(
            courseware, asked, accounts, library.secondPerson, needsStick: needsStick,
            decline: decline ?? opened(.decline(library), courseware, at, action: CoursewareAddress.decline(id)), self, visit)
        let content = coursewareContent(found, notes, approval, words, fields: fields, isSaved: at.isAfter("saved"))
        return FormFrame(
            title: courseware.title, crumbs: [Frame.Link(label: words.text("list.title"), url: CoursewareAddress.list())],
            template: "courseware",
            content: content)
    }

    private func coursewareContent(
        _ found: (courseware: Courseware, job: Job?, nodes: [CoursewareNode], counts: [Holding.State?: Int]), _ notes: [MediaNote],
        _ approval: ApprovalPart, _ words: LibraryWords,
        fields: FormView?, isSaved: Bool
    ) -> CoursewarePage {
        let (courseware, mayEdit) = (found.courseware, words.visit.may(.editLibrary))
        // What waits for its key is not asked for again by mistake.
        let mayAsk = mayEdit && !(approval.isWaiting && !approval.isStale)
        let isShown = courseware.state == .published || courseware.state == .withdrawn
        let all = found.counts.values.reduce(0, +)
        return CoursewarePage(
            id: courseware.id, csrf: words.visit.csrf, state: words.state(courseware.state), isSaved: isSaved,
            isEncoding: courseware.state == .encoding, permille: found.job?.progress ?? 0,
            progress: progressText(courseware, found.job, words),
            problem: words.problem(courseware), notes: notes.map(words.note), hasPicture: !courseware.posterHash.isEmpty,
            hasPreview: !courseware.previewHash.isEmpty,
            facts: facts(courseware, words),
            mayPublish: mayAsk && courseware.state != .published && CoursewareLife.publish.from.contains(courseware.state),
            mayPublishAgain: mayAsk && courseware.state == .published, approval: approval,
            mayWithdraw: mayEdit && CoursewareLife.withdraw.from.contains(courseware.state),
            mayDelete: mayEdit && CoursewareLife.delete.from.contains(courseware.state),
            mayRetry: mayEdit && CoursewareLife.retry.from.contains(courseware.state),
            mayCancel: mayEdit && CoursewareLife.cancel.from.contains(courseware.state), fields: fields, showsNodes: isShown,
            hasNodes: !found.nodes.isEmpty,
            counts: ([.failed, .fetching, .known, nil, .complete, .removed] as [Holding.State?]).compactMap { state in
                found.counts[state].map { CoursewarePage.Fact(label: words.holding(state), text: String($0)) }
            }, nodes: found.nodes.map { nodeLine($0, words) },
            nodesNote: words.text(
                all > found.nodes.count ? "nodes.note_some" : "nodes.note", ["shown": String(found.nodes.count), "count": String(all)]))
    }

    private func facts(_ courseware: Courseware, _ words: LibraryWords) -> [CoursewarePage.Fact] {
        let rows = [
            ("state", words.state(courseware.state)), ("number", courseware.id),
            ("area", "\(courseware.areaName) (\(courseware.areaCode))"),
            ("length", words.length(courseware.durationMs)),
            ("source", courseware.sourceName), ("size", courseware.sourceBytes > 0 ? words.size(courseware.sourceBytes) : ""),
            ("made_at", words.time(courseware.madeAt)),
            ("version", courseware.publishedAt == nil ? "" : String(courseware.version)),
            ("published_at", words.time(courseware.publishedAt)),
            ("withdrawn_at", words.time(courseware.withdrawnAt)),
        ]
        return rows.filter { !$0.1.isEmpty }.map { CoursewarePage.Fact(label: words.text("column.\($0.0)"), text: $0.1) }
    }

    func nodeLine(_ node: CoursewareNode, _ words: LibraryWords) -> CoursewarePage.NodeLine {
        var detail = ""
        switch node.state {
        case .fetching:
            let (done, total) = (node.doneBytes ?? 0, node.totalBytes ?? 0)
            detail = words.text(
                "nodes.fetching",
                ["percent": total > 0 ? String(done * 100 / total) : "0", "done": words.size(done), "total": words.size(total)])
        case .failed:
            let key = "reason.\(node.reason ?? "")"
            detail = pages.words.has("library.\(key)") ? words.text(key) : words.text("reason.other", ["code": node.reason ?? ""])
        case .complete: detail = words.size(node.totalBytes ?? 0)
        default: break
        }
        return CoursewarePage.NodeLine(
            id: node.id, name: node.name, kind: words.text("node.\(node.kind)"), area: node.areaName, state: words.holding(node.state),
            detail: detail,
            receivedAt: words.time(node.receivedAt))
    }

    /// One line about the encoding: the step, how far, how long still, or why it waits.
    private func progressText(_ courseware: Courseware, _ job: Job?, _ words: LibraryWords) -> String {
        guard courseware.state == .encoding, let job else { return "" }
        if let delay = words.delay(job) { return delay }
        guard job.state == .running else { return words.text("step.waiting") }
        return ([words.step(job.step), "\(job.progress / 10) %"] + (words.timeLeft(job, at: clock.now).map { [$0] } ?? [])).joined(
            separator: " · ")
    }

    /// The same as JSON for the page's script.
    func coursewareProgress(_ id: String, _ visit: Visit) async throws -> Response {
        struct Progress: Encodable {
            let running: Bool
            let percent: Int
            let text: String
        }
        let day = today
        let (courseware, job) = try await database.read { statements in
            guard let courseware = try statements.courseware(id: id, on: day, in: visit.scope) else { throw Refusal.notFound("courseware") }
            return (courseware, try statements.latestJob(about: id))
        }
        let words = LibraryWords(house: self, visit: visit)
        let progress = Progress(
            running: courseware.state == .encoding, percent: (job?.progress ?? 0) / 10, text: progressText(courseware, job, words))
        return try jsonResponse(progress)
    }

    /// The same for whoever waits before the page.
    func coursewareEvents(_ id: String, _ visit: Visit) async throws -> Response {
        let (day, words) = (today, LibraryWords(house: self, visit: visit))
        return try await events(visit) { statements in
            guard let courseware = try statements.courseware(id: id, on: day, in: visit.scope) else { throw Refusal.notFound("courseware") }
            let job = try statements.latestJob(about: id)
            return JobLook(
                permille: job?.progress ?? 0, isEnded: courseware.state != .encoding, text: progressText(courseware, job, words))
        }
    }

    /// All nodes for which a courseware is meant, as a file.
    func coursewareNodesExport(_ id: String, _ visit: Visit) async throws -> Response {
        let day = today
        let nodes = try await database.read { statements in
            guard let courseware = try statements.courseware(id: id, on: day, in: visit.scope) else { throw Refusal.notFound("courseware") }
            return try statements.coursewareNodes(of: courseware, on: day, in: visit.scope, limit: 50_000)
        }
        let words = LibraryWords(house: self, visit: visit)
        let head = ["node", "name", "node_kind", "area", "holding", "detail", "received_at"].map { words.text("column.\($0)") }
        let lines = nodes.map { nodeLine($0, words) }.map {
            CSV.line([$0.id, $0.name, $0.kind, $0.area, $0.state, $0.detail, $0.receivedAt])
        }
        return download("\u{FEFF}" + CSV.line(head) + lines.joined(), name: "nodes.csv", type: "text/csv; charset=utf-8")
    }
}
