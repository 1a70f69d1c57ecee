import Foundation

/// The hidden fields of the form that a page sends to an address, as a browser would send them; nil when there is no such form.
package func hiddenFields(ofFormTo action: String, in html: String) -> [String: String]? {
    guard let start = html.range(of: "action=\"\(action)\"") else { return nil }
    let form = html[start.upperBound...].prefix(upTo: html[start.upperBound...].range(of: "</form>")?.lowerBound ?? html.endIndex)
    var fields: [String: String] = [:]
    for part in form.components(separatedBy: "<input type=\"hidden\" name=\"").dropFirst() {
        let pieces = part.components(separatedBy: "\"")
        guard pieces.count > 2 else { continue }
        fields[pieces[0]] = pieces[2]
    }
    return fields
}

/// Whether a page shows what would be done, and waits for the word to do it.
package func asksToAct(_ html: String) -> Bool { html.contains("name=\"form_step\" value=\"act\"") }
