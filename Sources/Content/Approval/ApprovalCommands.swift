package import Accounts
package import Basics
package import Storage

private let requestColumns: SQL = "r.id, r.courseware_id, r.digest, r.asked_by, r.asked_at, r.state, r.decided_by, r.decided_at, r.remark"

extension Statements {
    /// The newest request about a courseware.
    package func publicationRequest(of coursewareID: String) throws -> PublicationRequest? {
        try first(
            PublicationRequest.self,
            """
            SELECT \(sql: requestColumns) FROM publication_request r
            WHERE r.courseware_id = \(coursewareID) ORDER BY r.asked_at DESC, r.id DESC LIMIT 1
            """
        )
    }

    /// Requests in a state, the oldest first, in a scope.
    package func publicationRequests(
        _ state: PublicationRequest.State, after last: (askedAt: Instant, id: String)? = nil, on day: Day, in scope: Scope, limit: Int
    ) throws -> [(request: PublicationRequest, courseware: Courseware)] {
        let behind: SQL = last.map { "(r.asked_at, r.id) > (\($0.askedAt), \($0.id))" } ?? "1 = 1"
        let open = try all(
            PublicationRequest.self,
            """
            SELECT \(sql: requestColumns) FROM publication_request r JOIN courseware c ON c.id = r.courseware_id
            JOIN area_version a ON a.area_id = c.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
            WHERE r.state = \(state) AND \(sql: scope.condition("a.code")) AND \(sql: behind) ORDER BY r.asked_at, r.id LIMIT \(limit)
            """)
        return try open.compactMap { request in try courseware(id: request.coursewareID, on: day, in: scope).map { (request, $0) } }
    }

    /// How many requests of a scope are in a state.
    package func publicationRequestCount(_ state: PublicationRequest.State, on day: Day, in scope: Scope) throws -> Int {
        try count(
            """
            SELECT count(*) FROM publication_request r JOIN courseware c ON c.id = r.courseware_id
            JOIN area_version a ON a.area_id = c.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
            WHERE r.state = \(state) AND \(sql: scope.condition("a.code"))
            """)
    }

    /// Asks for a courseware to be published as it is now; what was asked for before is taken back.
    package func askForPublication(_ courseware: Courseware, by act: Act) throws {
        guard CoursewareLife.publish.from.contains(courseware.state) else { throw Refusal.conflict(CoursewareLife.publish.stale) }
        try takeBackPublicationRequests(of: courseware.id, by: act)
        try run(
            """
            INSERT INTO publication_request (id, courseware_id, digest, asked_by, asked_at, state, remark)
            VALUES (\(act.ids.next()), \(courseware.id), \(courseware.screenDigest), \(act.actor.id), \(act.at), 'open', '')
            """)
        try record("courseware.publication_asked", courseware.id, ["digest": courseware.screenDigest], by: act)
    }

    /// What was approved and waits for its key, the oldest first.
    package func waitingPublications(on day: Day) throws -> [(request: PublicationRequest, courseware: Courseware)] {
        let waiting = try all(
            PublicationRequest.self,
            "SELECT \(sql: requestColumns) FROM publication_request r WHERE r.state = 'waiting' ORDER BY r.decided_at, r.id LIMIT 1000")
        return try waiting.compactMap { request in try courseware(id: request.coursewareID, on: day, in: .everything).map { (request, $0) }
        }
    }

    /// Notes that a publication for which one person is enough, or to which another just said yes, waits for its key.
    func awaitSignature(_ courseware: Courseware, by act: Act) throws {
        let newest = try publicationRequest(of: courseware.id)
        if let newest, newest.state == .approved, newest.decidedAt == act.at {
            try run(
                "UPDATE publication_request SET state = \(RequestLife.wait.to) WHERE id = \(newest.id) AND \(sql: RequestLife.wait.stands)")
        } else {
            try takeBackPublicationRequests(of: courseware.id, by: act)
            try run(
                """
                INSERT INTO publication_request (id, courseware_id, digest, asked_by, asked_at, state, decided_by, decided_at, remark)
                VALUES (\(act.ids.next()), \(courseware.id), \(courseware.screenDigest), \(act.actor.id), \(act.at), 'waiting',
                    \(act.actor.id), \(act.at), '')
                """)
        }
        try record(RequestLife.wait.event, courseware.id, ["digest": courseware.screenDigest], by: act)
    }

    /// What waited for its key is published.
    func endWaiting(of coursewareID: String) throws {
        try run(
            """
            UPDATE publication_request SET state = \(RequestLife.publish.to)
            WHERE courseware_id = \(coursewareID) AND \(sql: RequestLife.publish.stands)
            """)
    }

    /// What is withdrawn, deleted or asked for anew is no longer asked for; nor does it wait for its key.
    func takeBackPublicationRequests(of coursewareID: String, by act: Act) throws {
        let gone = try run(
            """
            UPDATE publication_request SET state = \(RequestLife.takeBack.to), decided_by = \(act.actor.id), decided_at = \(act.at)
            WHERE courseware_id = \(coursewareID) AND \(sql: RequestLife.takeBack.stands)
            """)
        if gone > 0 { try record(RequestLife.takeBack.event, coursewareID, by: act) }
    }

    /// Another person says yes to what was asked for and looked at. Refuses his own request, and one about something that has changed
    /// since.
    package func approvePublication(_ courseware: Courseware, seen digest: String, by act: Act) throws {
        guard let request = try publicationRequest(of: courseware.id) else { throw Refusal.conflict(RequestLife.approve.stale) }
        try RequestLife.approve.check(request.standing, by: act.actor.id, in: .everything)
        guard request.digest == courseware.screenDigest, digest == request.digest else { throw Refusal.conflict("approval.changed") }
        try take(RequestLife.approve, request, "", by: act)
        try record(RequestLife.approve.event, courseware.id, ["digest": digest, "asked_by": request.askedBy], by: act)
    }

    /// Another person says no, and why; or whoever asked takes it back. While it waits for its key whoever said yes takes it back, too.
    package func declinePublication(_ courseware: Courseware, remark: String, by act: Act) throws {
        guard let request = try publicationRequest(of: courseware.id) else { throw Refusal.conflict(RequestLife.decline.stale) }
        let isOwn = request.mayBeTakenBack(by: act.actor.id)
        let step = isOwn ? RequestLife.takeBack : RequestLife.decline
        try step.check(request.standing, by: act.actor.id, in: .everything)
        guard isOwn || !remark.isEmpty else { throw Refusal.invalid(["remark": "approval.remark"]) }
        guard remark.count <= 500 else { throw Refusal.invalid(["remark": "approval.remark_long"]) }
        try take(step, request, remark, by: act)
        try record(step.event, courseware.id, ["remark": remark], by: act)
    }

    private func take(_ step: LifeStep<PublicationRequest.State>, _ request: PublicationRequest, _ remark: String, by act: Act) throws {
        let changed = try run(
            """
            UPDATE publication_request SET state = \(step.to), decided_by = \(act.actor.id), decided_at = \(act.at), remark = \(remark)
            WHERE id = \(request.id) AND \(sql: step.stands)
            """)
        guard changed == 1 else { throw Refusal.conflict(step.stale) }
    }
}
