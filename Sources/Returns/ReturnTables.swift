package import Basics
import Figures
package import Foundation
import Registry
import Web

extension Table {
    /// How many returns are there, a line an area.
    static func completeness(_ lines: [ReturnCompleteness], _ all: ReturnCompleteness, _ month: Month, _ speech: Speech) -> Table {
        func row(_ line: ReturnCompleteness, name: String) -> [Cell] {
            [
                Cell(line.code), Cell(name, url: line.code.isEmpty ? nil : ReturnAddress.one(month, line.code)), Cell(line.due),
                Cell(line.submitted), Cell(line.approved),
                Cell(line.late), Cell("\(speech.rate(line.rate)) (\(speech.made(line.rate)))"),
                Cell(line.missing.joined(separator: speech("return.between")), mark: "wide"),
            ]
        }
        return Table(
            caption: speech("return.completeness", ["month": speech.month(month)]),
            columns: ["code", "area", "due", "submitted_count", "approved_count", "late", "rate", "missing"].map {
                Column(speech("return.column.\($0)"), isNumber: ["due", "submitted_count", "approved_count", "late", "rate"].contains($0))
            },
            rows: lines.map { row($0, name: $0.code.isEmpty ? speech("bulletin.rest") : $0.name) },
            total: lines.count > 1 ? row(all, name: speech("figures.total")).dropLast() + [""] : nil, head: 1)
    }

    /// Returns, a line each.
    static func returns(
        _ standings: some Sequence<ReturnStanding>, _ record: ReturnRecord, _ zone: NetworkZone, _ speech: Speech, empty: String
    ) -> Table {
        let (deadline, today) = (record.deadline, record.period.today)
        return Table(
            caption: speech("return.list", ["month": speech.month(record.month)]),
            columns: ["area", "sites", "state", "deadline", "submitted", "decided"].map {
                Column(speech("return.column.\($0)"), isNumber: $0 == "sites")
            },
            rows: standings.map { standing in
                let made = standing.monthlyReturn
                let submission = standing.submission(deadline, zone: zone, today: today)
                return [
                    Cell("\(standing.area.name) \(standing.area.code)", url: ReturnAddress.one(record.month, standing.area.code)),
                    Cell("\(standing.filled) / \(standing.sites.count)"),
                    Cell(speech("return.state.\(standing.state.rawValue)"), mark: "standing"),
                    Cell(standing.isDue ? speech.punctuality(submission) : ""),
                    Cell(
                        made?.submittedAt.map {
                            "\(speech.words.actor(made?.submittedBy ?? "", record.accounts, speech.language)) \(zone.text($0))"
                        } ?? ""),
                    Cell(
                        made?.decidedAt.map {
                            "\(speech.words.actor(made?.decidedBy ?? "", record.accounts, speech.language)) \(zone.text($0))"
                        } ?? ""),
                ]
            }, empty: empty)
    }

    /// What was typed about each site of a return.
    static func returnLines(_ standing: ReturnStanding, _ month: Month, _ speech: Speech) -> Table {
        Table(
            caption: speech("return.caption", ["area": standing.area.name, "month": speech.month(month)]),
            columns: [
                Column(speech("return.column.code")), Column(speech("return.column.site")),
                Column(speech("return.column.service_days"), isNumber: true),
            ]
                + ReturnField.allCases.map { Column(speech("return.field.\($0.rawValue)"), isNumber: true) } + [
                    Column(speech("return.field.remark")), Column(speech("return.column.source")),
                ],
            rows: standing.sites.map { site in
                let line = standing.lines[site.num] ?? ReturnLine()
                return [Cell(site.code), Cell(site.name, url: FigureAddress.site(site.code, month)), Cell(site.serviceDays)]
                    + ReturnField.allCases.map { Cell(line[$0].map(String.init) ?? "") } + [
                        Cell(line.remark, mark: "wide"), Cell(line.isEmpty ? "" : speech("typed.mark")),
                    ]
            },
            total: [Cell(""), Cell(speech("figures.total")), Cell("")] + ReturnField.allCases.map { Cell(standing.sum($0)) } + [
                Cell(""), Cell(""),
            ], head: 1)
    }

    /// Lines that count no more.
    static func overtaken(_ sites: [OvertakenSite], _ month: Month, _ speech: Speech) -> Table {
        Table(
            caption: speech("return.overtaken.caption"),
            columns: [Column(speech("return.column.code")), Column(speech("return.column.site"))]
                + ReturnField.allCases.map { Column(speech("return.field.\($0.rawValue)"), isNumber: true) }
                + [Column(speech("return.column.why"))],
            rows: sites.map { site in
                [Cell(site.code), Cell(site.name, url: FigureAddress.site(site.code, month))]
                    + ReturnField.allCases.map { Cell(site.line[$0].map(String.init) ?? "") }
                    + [Cell(speech(site.hasTerminal ? "return.overtaken.terminal" : "return.overtaken.unregistered"), mark: "wide")]
            }, head: 1)
    }

    /// What happened to a return.
    static func returnSteps(_ record: ReturnRecord, _ zone: NetworkZone, _ speech: Speech) -> Table {
        Table(
            caption: speech("return.history_caption"),
            columns: ["at", "step", "by", "reason"].map { Column(speech("return.column.\($0)")) },
            rows: record.steps.map { step in
                [
                    Cell(zone.text(step.madeAt)), Cell(speech("return.step.\(step.step.rawValue)")),
                    Cell(speech.words.actor(step.actor, record.accounts, speech.language)),
                    Cell(step.reason, mark: "wide"),
                ]
            })
    }
}

/// The returns of a month as JSON: every figure in it is typed.
package struct ExportedReturns: Encodable {
    struct Line: Encodable {
        let site: String
        let name: String
        let serviceDays: Int
        let values: [String: Int]
        let remark: String
    }
    struct Entry: Encodable {
        let area: String
        let areaName: String
        let state: String
        let submittedAt: Instant?
        let decidedAt: Instant?
        let statedShare: String
        let lines: [Line]
    }
    let month: String
    let source = "typed"
    let returns: [Entry]

    package init(_ standings: [ReturnStanding], _ month: Month) {
        self.month = month.description
        returns = standings.map { standing in
            let made = standing.monthlyReturn
            return Entry(
                area: standing.area.code, areaName: standing.area.name, state: standing.state.rawValue, submittedAt: made?.submittedAt,
                decidedAt: standing.state == .approved ? made?.decidedAt : nil, statedShare: made?.statedShare ?? "",
                lines: standing.sites.map { site in
                    let line = standing.lines[site.num] ?? ReturnLine()
                    let values = Dictionary(line.values.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
                    return Line(site: site.code, name: site.name, serviceDays: site.serviceDays, values: values, remark: line.remark)
                })
        }
    }

    /// With sorted keys, so that the same returns give the same bytes.
    package var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            return try encoder.encode(self)
        }
    }
}
