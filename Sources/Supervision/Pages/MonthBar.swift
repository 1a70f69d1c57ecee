import Basics
import Web

/// The way to other months of the same page: one back, one on, any by a form. Shown with the partial `month_bar`.
struct MonthBar: Sendable {
    struct Field: Sendable {
        let fieldName: String
        let fieldValue: String
    }
    let month: String
    let firstMonth: String
    let presentMonth: String
    let previousMonthURL: String?
    let nextMonthURL: String?
    let action: String
    /// What else stands in the address.
    let fields: [Field]

    init(_ period: Period, path: String, fields: [(String, String)] = []) {
        month = period.month.description
        firstMonth = period.first.description
        presentMonth = period.present.description
        previousMonthURL = period.previous.map { Query.url(path, fields + [("month", $0.description)]) }
        nextMonthURL = period.next.map { Query.url(path, fields + [("month", $0.description)]) }
        action = path
        self.fields = fields.filter { !$0.1.isEmpty }.map { Field(fieldName: $0.0, fieldValue: $0.1) }
    }
}
