package import Basics
import Mustache

/// A table of figures: what a page shows with the partial `figure_table`, and what a file to download holds, from one value, so that both
/// say the same. A name that is not there answers `false`, not nothing: Mustache would look for it further out, in the page, which costs
/// more than all the rest.
package struct Table: Sendable, MustacheParent {
    /// One column; numbers stand to the right.
    package struct Column: Sendable, MustacheParent {
        package let label: String
        package let isNumber: Bool
        /// Where the table sorted by this column is found; nil when it cannot be sorted by it.
        package var sortURL: Location?
        /// `ascending` or `descending` when the table is sorted by this column.
        package var direction: String?

        package init(_ label: String, isNumber: Bool = false, sortURL: Location? = nil, direction: String? = nil) {
            self.label = label
            self.isNumber = isNumber
            self.sortURL = sortURL
            self.direction = direction
        }

        package func child(named name: String) -> Any? {
            switch name {
            case "columnLabel": label
            case "columnIsNumber": isNumber
            case "sortURL": sortURL ?? false
            case "direction": direction ?? false
            default: nil
            }
        }
    }

    /// One cell; a figure with an address is a link to what it is made of.
    package struct Cell: Sendable, MustacheParent, ExpressibleByStringLiteral {
        package let text: String
        package let url: Location?
        /// A class of the style sheet, such as `state`.
        package let mark: String?
        fileprivate var isNumber = false
        fileprivate var isHead = false

        package init(_ text: String, url: Location? = nil, mark: String? = nil) {
            self.text = text
            self.url = url
            self.mark = mark
        }

        package init(_ number: Int, url: Location? = nil) { self.init(String(number), url: url) }

        package init(stringLiteral text: String) { self.init(text) }

        package func child(named name: String) -> Any? {
            switch name {
            case "text": isNumber ? Int(text).map(grouped) ?? text : text
            case "cellURL": url ?? false
            case "mark": mark ?? false
            case "isNumber": isNumber
            case "isHead": isHead
            default: nil
            }
        }
    }

    private struct Line: Sendable, MustacheParent {
        let cells: [Cell]
        let isTotal: Bool

        func child(named name: String) -> Any? {
            switch name {
            case "cells": cells
            case "isTotal": isTotal
            default: nil
            }
        }
    }

    package let caption: String
    package let columns: [Column]
    private let lines: [Line]
    /// Shown in place of an empty table: what it is for and the next step.
    package let empty: String

    /// A table whose row headers stand in the column `head`; the total's is the first cell that says something. Every row has as many cells
    /// as there are columns.
    package init(caption: String, columns: [Column], rows: [[Cell]], total: [Cell]? = nil, head: Int = 0, empty: String = "") {
        self.caption = caption
        self.columns = columns
        self.empty = empty
        let numbers = columns.map(\.isNumber)
        func dressed(_ cells: [Cell], head: Int) -> [Cell] {
            cells.enumerated().map { place, cell in
                var cell = cell
                cell.isNumber = place < numbers.count && numbers[place]
                cell.isHead = place == head
                return cell
            }
        }
        lines =
            rows.map { Line(cells: dressed($0, head: head), isTotal: false) }
            + (total.map { [Line(cells: dressed($0, head: $0.firstIndex { !$0.text.isEmpty } ?? head), isTotal: true)] } ?? [])
    }

    /// The table as comma-separated values, header first, the total last. Begins with a byte-order mark, without which spreadsheets misread
    /// Chinese.
    package var csv: String { "\u{FEFF}" + rows }

    /// The same without the mark, for a file of several tables.
    package var rows: String { CSV.line(columns.map(\.label)) + lines.map { CSV.line($0.cells.map(\.text)) }.joined() }

    /// What the cells say, row by row, the total last.
    package var texts: [[String]] { lines.map { $0.cells.map(\.text) } }

    /// Whether the last row is a total.
    package var hasTotal: Bool { lines.last?.isTotal ?? false }

    package func child(named name: String) -> Any? {
        switch name {
        case "caption": caption
        case "columns": columns
        case "lines": lines
        case "isEmpty": lines.isEmpty
        case "isLong": lines.count > 20
        case "empty": empty
        default: nil
        }
    }
}

/// A number with commas between groups of three digits, as both languages have it.
package func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    let groups = stride(from: digits.count, to: 0, by: -3).map { String(digits[max(0, $0 - 3)..<$0]) }.reversed()
    return (number < 0 ? "−" : "") + groups.joined(separator: ",")
}

/// An amount with commas between groups of three digits of its yuan.
package func grouped(_ amount: Fen) -> String {
    let parts = amount.description.split(separator: ".")
    return (Int(parts[0]).map(grouped) ?? String(parts[0])) + "." + (parts.last ?? "00")
}
