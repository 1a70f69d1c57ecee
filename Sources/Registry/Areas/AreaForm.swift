import Accounts
import Basics
import Web

/// A decision as somebody types it.
struct AreaForm: Sendable {
    let kind: AreaDecision.Kind
    var on = ""
    var name = ""
    var code = ""
    var into = ""
    var rule = "parts"
    var taking = ""
    var reason = ""
    var document = ""

    static let rules = ["parts", "named", "kind"]

    init(_ kind: AreaDecision.Kind, on: Day) {
        self.kind = kind
        self.on = on.description
    }

    init(_ kind: AreaDecision.Kind, _ form: Form) {
        self.kind = kind
        (on, name, code, into, rule) = (form["on"], form["name"], form["code"], form["into"], form["rule"])
        (taking, reason, document) = (form.raw("taking"), form["reason"], form["document"])
    }

    /// The fields that the kind asks for, in order.
    var fields: [String] {
        switch kind {
        case .rename: ["name"]
        case .recode, .move: ["code"]
        case .merge: ["into"]
        case .split: ["code", "name", "rule", "taking"]
        case .close: []
        }
    }

    /// Reads the fields; throws `Refusal.invalid` with a code for each that cannot be read.
    func read(_ subject: AreaCode) throws -> (decision: AreaDecision, day: Day) {
        var problems: [String: String] = [:]
        let day = Day(on)
        if day == nil { problems["on"] = "form.date" }
        if reason.isEmpty { problems["reason"] = "form.required" }
        func codeField(_ name: String, _ text: String) -> AreaCode? {
            let code = AreaCode(text)
            if code == nil { problems[name] = "area.code_form" }
            return code
        }
        let decision: AreaDecision? =
            switch kind {
            case .rename: .rename(subject, to: name)
            case .recode: codeField("code", code).map { .recode(subject, to: $0) }
            case .move: codeField("code", code).map { .move(subject, to: $0) }
            case .merge: codeField("into", into).map { .merge(subject, into: $0) }
            case .split: splitRule(&problems).flatMap { rule in codeField("code", code).map { .split(subject, off: $0, named: name, taking: rule) } }
            case .close: .close(subject)
            }
        guard problems.isEmpty, let decision, let day else { throw Refusal.invalid(problems) }
        return (decision, day)
    }

    private func splitRule(_ problems: inout [String: String]) -> AreaDecision.SplitRule? {
        switch rule {
        case "named": return .sitesNamed(taking.trimmedBlanks)
        case "kind":
            if let kind = SiteKind(rawValue: taking.trimmedBlanks) { return .sitesOfKind(kind) }
            problems["taking"] = "form.choice"
            return nil
        default: return .parts(taking.split { $0 == "," || $0 == "，" || $0 == "、" || $0.isWhitespace }.map(String.init))
        }
    }
}
