import Accounts
import Basics
import Foundation
import Lists
import Registry
import Storage
import Web

extension ListPage where Row == Courseware {
    /// The courseware of the scope, newest first.
    static var courseware: ListPage {
        @Sendable func words(_ question: ListQuestion) -> LibraryWords { LibraryWords(house: question.house, visit: question.visit) }
        return ListPage(
            CoursewareAddress.list, .seeLibrary, title: "library.list.title",
            columns: [
                ListColumn("title", "library.column.title") { row, _ in
                    Table.Cell(row.title, url: CoursewareAddress.one(row.id), mark: "wide")
                },
                ListColumn("category", "library.column.category") { Table.Cell(words($1).category($0.category)) },
                ListColumn("area", "library.column.area") { row, _ in Table.Cell(row.areaName) },
                ListColumn("state", "library.column.state") { Table.Cell(words($1).state($0.state), mark: "standing") },
                ListColumn("length", "library.column.length", isNumber: true) { Table.Cell(words($1).length($0.durationMs)) },
                ListColumn("made_at", "library.column.made_at") { Table.Cell($1.time($0.madeAt)) },
                ListColumn("published_at", "library.column.published_at") { Table.Cell($1.time($0.publishedAt)) },
                ListColumn("speaker", "library.column.speaker", isUsual: false) { row, _ in Table.Cell(row.speaker) },
                ListColumn("unit", "library.column.unit", isUsual: false) { row, _ in Table.Cell(row.unit) },
                ListColumn("number", "library.column.number", isUsual: false) { row, _ in Table.Cell(row.id) },
                ListColumn("area_code", "library.column.area_code", isUsual: false) { row, _ in Table.Cell(row.areaCode) },
                ListColumn("version", "library.column.version", isNumber: true, isUsual: false) { row, _ in Table.Cell(row.version) },
            ],
            filters: [
                ListFilter(
                    "state", "library.column.state", any: "library.list.current", among: CoursewareState.self, words: "library.state"),
                ListFilter(
                    "category", "library.column.category", any: "library.list.any", among: CoursewareCategory.self,
                    words: "library.category"),
            ], search: "library.list.search",
            rows: { statements, question in
                let parts = question.after.split(separator: "_", maxSplits: 1)
                let last = parts.count == 2 ? Int64(parts[0]).map { (madeAt: Instant(milliseconds: $0), id: String(parts[1])) } : nil
                return try statements.coursewareList(
                    CoursewareFilter(question), on: question.today, in: question.scope, after: last, limit: question.limit)
            }, count: { try $0.coursewareCount(CoursewareFilter($1), on: $1.today, in: $1.scope) },
            place: { "\($0.madeAt.milliseconds)_\($0.id)" },
            ways: { question in
                question.visit.may(.editLibrary)
                    ? [Frame.Link(label: question.text("library.upload.title"), url: CoursewareAddress.new())] : []
            }, empty: "library.list.empty")
    }
}

extension CoursewareFilter {
    fileprivate init(_ question: ListQuestion) {
        self.init(
            words: question.words, state: CoursewareState(rawValue: question["state"]),
            category: CoursewareCategory(rawValue: question["category"]))
    }
}
