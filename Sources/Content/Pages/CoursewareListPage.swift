import Accounts
import Basics
import Foundation
import Hummingbird
import Registry
import Storage
import Web

/// What the list of courseware shows.
struct CoursewareListPage: Sendable {
    struct Line: Sendable {
        let id: String
        let title: String
        let category: String
        let area: String
        let state: String
        let length: String
        let madeAt: String
        let publishedAt: String
    }
    let search: String
    let states: [Choice]
    let categories: [Choice]
    let lines: [Line]
    let hasLines: Bool
    let isFiltered: Bool
    let summary: String
    let mayEdit: Bool
    let hasNext: Bool
    let next: String
    let export: String
}

/// The state of the list as its address has it.
struct CoursewareListAddress: Sendable {
    let filter: CoursewareFilter
    let last: (madeAt: Instant, id: String)?

    init(_ request: Request) {
        let query = request.uri.queryParameters
        let value = { (name: String) in query[Substring(name)].map { String($0).removingPercentEncoding ?? String($0) } ?? "" }
        filter = CoursewareFilter(
            text: String(value("search").replacing("+", with: " ").oneLine.prefix(100)), state: CoursewareState(rawValue: value("state")),
            category: CoursewareCategory(rawValue: value("category")))
        let parts = value("after").split(separator: "_", maxSplits: 1)
        last = parts.count == 2 ? Int64(parts[0]).map { (Instant(milliseconds: $0), String(parts[1])) } : nil
    }

    /// The same list at another place, or as a file.
    func url(_ path: String, after last: Courseware? = nil) -> String {
        var parts = [("search", filter.text), ("state", filter.state?.rawValue ?? ""), ("category", filter.category?.rawValue ?? "")]
        if let last { parts.append(("after", "\(last.madeAt.milliseconds)_\(last.id)")) }
        let query = parts.filter { !$0.1.isEmpty }.map { "\($0.0)=\($0.1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }.joined(
            separator: "&")
        return query.isEmpty ? path : "\(path)?\(query)"
    }
}

extension House {
    func coursewareList(_ request: Request, _ visit: Visit) async throws -> Response {
        let (address, words, day) = (CoursewareListAddress(request), LibraryWords(house: self, visit: visit), today)
        let size = 50
        let (found, count, areas) = try await database.read { statements in
            (
                try statements.coursewareList(address.filter, on: day, in: visit.scope, after: address.last, limit: size + 1),
                try statements.coursewareCount(address.filter, on: day, in: visit.scope),
                try visit.scope.areas.compactMap { try statements.area(code: $0.description, on: day, in: visit.scope)?.name }
            )
        }
        let shown = found.prefix(size)
        let lines = shown.map { courseware in
            CoursewareListPage.Line(
                id: courseware.id, title: courseware.title, category: words.category(courseware.category), area: courseware.areaName,
                state: words.state(courseware.state), length: words.length(courseware.durationMs), madeAt: words.time(courseware.madeAt),
                publishedAt: courseware.state == .published ? words.time(courseware.publishedAt) : "")
        }
        let hasNext = found.count > size
        let page = CoursewareListPage(
            search: address.filter.text, states: words.states(chosen: address.filter.state),
            categories: words.categories(chosen: address.filter.category?.rawValue ?? ""), lines: lines, hasLines: !lines.isEmpty,
            isFiltered: address.filter != CoursewareFilter() || address.last != nil,
            summary: words.text("list.summary", ["count": String(count), "scope": areas.joined(separator: "、")]), mayEdit: visit.may(.editLibrary),
            hasNext: hasNext,
            next: hasNext ? address.url("/courseware", after: shown.last) : "", export: address.url("/courseware/export.csv"))
        return try self.page("courseware_list", page, title: words.text("list.title"), for: visit, request)
    }

    func coursewareExport(_ request: Request, _ visit: Visit) async throws -> Response {
        let (address, words, day) = (CoursewareListAddress(request), LibraryWords(house: self, visit: visit), today)
        let found = try await database.read { try $0.coursewareList(address.filter, on: day, in: visit.scope, after: nil, limit: 50_000) }
        let head = ["id", "title", "category", "speaker", "unit", "area_code", "area", "state", "length", "version", "made_at", "published_at"].map {
            words.text("column.\($0)")
        }
        let lines = found.map { courseware in
            CSV.line([
                courseware.id, courseware.title, words.category(courseware.category), courseware.speaker, courseware.unit, courseware.areaCode,
                courseware.areaName,
                words.state(courseware.state), words.length(courseware.durationMs), String(courseware.version), words.time(courseware.madeAt),
                words.time(courseware.publishedAt),
            ])
        }
        return download("\u{FEFF}" + CSV.line(head) + lines.joined(), name: "courseware.csv", type: "text/csv; charset=utf-8")
    }
}
