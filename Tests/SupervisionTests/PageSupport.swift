import Basics
import Bulletins
import Editions
import Figures
import Foundation
import Operations
import RegisterPages
import Registry
import Returns
import Testing
import TestKit
import Web

/// Where the words and templates of figures lie.
let resources = [
    Registry.resources, RegisterPages.resources, Operations.resources, Figures.resources, Returns.resources, Bulletins.resources,
    Editions.resources,
]

/// Words and templates as the centre loads them.
let pages: Pages? = try? Pages(resources)

/// One table of a rendered page, as a reader sees it.
struct ReadTable {
    struct Cell {
        let text: String
        let url: String?
    }
    var header: [String] = []
    var rows: [[Cell]] = []
}

/// The tables of a page's HTML.
func tables(_ html: String) -> [ReadTable] {
    html.components(separatedBy: "<table>").dropFirst().map { part in
        var table = ReadTable()
        for line in (part.components(separatedBy: "</table>").first ?? "").components(separatedBy: "<tr").dropFirst() {
            let cells = line.components(separatedBy: "<t").dropFirst().filter { $0.hasPrefix("d") || $0.hasPrefix("h") }.map {
                part -> ReadTable.Cell in
                let content = part.split(separator: ">", maxSplits: 1).last ?? ""
                let url = content.hasPrefix("<a href=\"") ? content.dropFirst(9).split(separator: "\"").first : nil
                let text = url == nil ? content : content.split(separator: ">", maxSplits: 1).last ?? ""
                return ReadTable.Cell(text: plainNumber(plain(String(text.prefix { $0 != "<" }))), url: url.map { plain(String($0)) })
            }
            if table.header.isEmpty { table.header = cells.map(\.text) } else { table.rows.append(cells) }
        }
        return table
    }
}

/// A page sets thousands apart, a file does not.
private func plainNumber(_ text: String) -> String {
    let digits = text.replacing(",", with: "")
    return Int(digits) == nil ? text : digits
}

/// Text without the escapes of HTML.
func plain(_ html: String) -> String {
    html.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing(
        "&amp;", with: "&")
}

/// A page in a language, checked for words that are missing and for Han characters that no data explains.
func rendered(_ template: String, _ page: Any, _ language: Language, data: [String] = []) throws -> String {
    let html = try #require(pages).part(template, page, language: language)
    #expect(!html.contains("⟨"), "words are missing")
    #expect(!html.contains("{{") && !html.contains("[["), "the template shows through")
    #expect(!html.contains("<script"))
    #expect(!html.contains("<th scope=\"row\"></th>"), "a row has a head that says nothing")
    if language == .english {
        let runs = Set(html.unicodeScalars.split { !(0x3400...0x9FFF).contains($0.value) }.map { String(String.UnicodeScalarView($0)) })
        let strange = runs.filter { run in !data.contains { $0.contains(run) } }
        #expect(strange.isEmpty, "Han on an English page: \(strange)")
    }
    return html
}
