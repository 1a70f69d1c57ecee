import Basics
import Registry
import Web

/// The page `months`: a figure of the areas directly below, month by month, so that one sees which of them changed and when.
struct MonthsPage: Sendable {
    let monthBar: MonthBar
    let action: Location
    let month: String
    let network: String
    let choices: [Choice]
    let meaning: String
    let table: Table
    /// That not all months are there yet.
    let cut: String?

    /// So many months back, the one asked for among them: the same month of the year before stands first.
    static let span = 13

    init(_ records: [AreaMonth], _ figure: MonthFigure, isCut: Bool, _ period: Period, _ speech: Speech) {
        let page = FigureAddress.months(records.last?.area.code ?? "")
        monthBar = MonthBar(period, at: page, fields: [("figure", figure.key)], networkIn: speech)
        (action, month, network) = (page, period.month.description, FigureAddress.field(period.network).1)
        choices = MonthFigure.all.map {
            Choice(choiceValue: $0.key, choiceLabel: speech($0.figure.name), chosen: $0.key == figure.key)
        }
        meaning = speech(figure.figure.means)
        table = .months(records, figure, speech)
        cut = isCut ? speech("months.cut", ["count": String(records.count)]) : nil
    }
}

extension Table {
    /// A row for each area directly below, as the last month has them, and the whole; a column for each month. Areas are the same by their
    /// identity, whatever they were called. The darker a cell the higher its figure among those of the table; what was not heard has none.
    fileprivate static func months(_ records: [AreaMonth], _ figure: MonthFigure, _ speech: Speech) -> Table {
        let lines = records.map { record in
            let ids = Dictionary(record.below.map { ($0.code, $0.areaID) }) { first, _ in first }
            return Dictionary(record.bulletin.lines.compactMap { line in ids[line.code].map { ($0, line) } }) { first, _ in first }
        }
        func size(_ line: BulletinLine?) -> Int? {
            switch line.map(figure.value) {
            case .count(let count): count
            case .rate(let rate): rate.basisPoints
            case .mean(let mean): mean.whole
            case nil: nil
            }
        }
        let sizes = lines.flatMap { $0.values.compactMap { size($0) } }
        let (least, most) = (sizes.min() ?? 0, sizes.max() ?? 0)
        func cell(_ line: BulletinLine?, _ record: AreaMonth, isHeat: Bool) -> Cell {
            guard let line else { return Cell("") }
            let depth = size(line).map { most > least ? min(4, ($0 - least) * 5 / (most - least)) : 0 }
            return Cell(
                figure.value(line).printed, url: FigureAddress.area(line.code, record.month, record.network),
                mark: isHeat ? depth.map { "heat-\($0)" } : nil)
        }
        let below = records.last?.below ?? []
        return Table(
            caption: speech("months.caption", ["figure": speech(figure.figure.name), "area": records.last?.area.name ?? ""]),
            columns: [Column(speech("bulletin.name"))] + records.map { Column($0.month.description, isNumber: true) },
            rows: below.map { area in
                [Cell(area.name)] + zip(records, lines).map { record, lines in cell(lines[area.areaID], record, isHeat: true) }
            },
            total: [Cell(records.last?.area.name ?? "")] + records.map { cell($0.bulletin.total, $0, isHeat: false) }, head: 0,
            empty: speech("overview.empty"))
    }
}
