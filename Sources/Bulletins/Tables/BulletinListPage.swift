package import Basics
package import Figures
package import Registry
import Returns
package import Storage
import Web

/// The page `bulletin_list`: the months of which there is anything, newest first, for each topmost area of the account.
package struct BulletinListPage: Sendable {
    let table: Table

    /// A row for each month and topmost area.
    package init(_ periods: [Period], _ tops: [Area], _ speech: Speech) {
        let rows = periods.sorted { $0.month > $1.month }.flatMap { period in
            tops.map { area -> [Table.Cell] in
                let month = period.month
                return [
                    Table.Cell(speech.month(month), url: FigureURL.bulletin(area.code, month)), Table.Cell(area.name),
                    Table.Cell(speech(period.isProvisional ? "bulletins.provisional" : "bulletins.complete"), mark: "standing"),
                    Table.Cell(speech("bulletin.print"), url: FigureURL.bulletin(area.code, month, "/print")),
                    Table.Cell("CSV", url: FigureURL.bulletin(area.code, month, ".csv")),
                    Table.Cell("JSON", url: FigureURL.bulletin(area.code, month, ".json")),
                ]
            }
        }
        table = Table(
            caption: speech("bulletins.caption"),
            columns: ["month", "area", "standing", "print", "csv", "json"].map { Table.Column(speech("bulletins.column.\($0)")) },
            rows: rows, empty: speech("bulletins.empty"))
    }
}

extension Statements {
    /// The months of which any site-day is known, ascending: a look-up in the key for each month.
    package func monthsWithFacts() throws -> [Month] {
        var months: [Month] = []
        var from = Day(number: 0)
        while let day = try first("SELECT min(day) FROM site_day WHERE day >= \(from)", { try $0.optionalInt(0) }) ?? nil {
            months.append(Day(number: day).month)
            from = Day(number: day).month.end
        }
        return months
    }
}
