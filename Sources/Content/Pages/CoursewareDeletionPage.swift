import Basics
import Hummingbird
import Storage
import Web

/// The page `courseware_delete`: what deleting frees and what it leaves, before it is done.
struct CoursewareDeletionPage: Sendable {
    let id: String
    let csrf: String
    let freed: String
    let parts: [String]
}

extension House {
    func deletionPage(_ id: String, _ request: Request, _ visit: Visit, _ content: ContentHouse) async throws -> Response {
        let day = today
        guard let courseware = try await database.read({ try $0.courseware(id: id, on: day, in: visit.scope) }) else {
            throw Refusal.notFound("courseware")
        }
        let plan = try await content.deletionPlan(of: courseware, in: database)
        let words = LibraryWords(house: self, visit: visit)
        var parts = [
            words.text("delete.source", ["size": words.size(Int(plan.sourceBytes)), "name": courseware.sourceName]),
            words.text("delete.media", ["size": words.size(Int(plan.mediaBytes))]),
        ]
        if plan.sharedBytes > 0 { parts.append(words.text("delete.shared", ["size": words.size(Int(plan.sharedBytes))])) }
        return try page(
            "courseware_delete",
            CoursewareDeletionPage(
                id: id, csrf: visit.csrf, freed: words.text("delete.frees", ["size": words.size(Int(plan.freedBytes))]), parts: parts),
            title: words.text("delete.title", ["title": courseware.title]),
            crumbs: [
                Frame.Link(label: words.text("list.title"), url: CoursewareAddress.list()),
                Frame.Link(label: courseware.title, url: CoursewareAddress.one(id)),
            ], for: visit, request)
    }

    func deleteCourseware(_ id: String, _ visit: Visit, _ content: ContentHouse) async throws -> Response {
        let day = today
        guard let courseware = try await database.read({ try $0.courseware(id: id, on: day, in: visit.scope) }) else {
            throw Refusal.notFound("courseware")
        }
        try await content.delete(courseware, in: database, by: act(visit))
        return seeOther(CoursewareAddress.one(id))
    }
}
