import Basics

/// A form as the partial `form` shows it: a flat struct whose names stand in no other page.
package struct FormView: Sendable {
    /// One field.
    struct Line: Sendable {
        let fieldName: String
        let fieldID: String
        let fieldLabel: String
        let fieldHelp: String?
        let fieldText: String
        let fieldProblem: String?
        /// The ids of help and problem.
        let described: String?
        let isNeeded: Bool
        /// Where the page begins when something is wrong.
        let isFirstWrong: Bool
        let isInput: Bool
        let inputType: String
        let inputMode: String?
        let most: Int?
        let pick: String?
        let accepts: String?
        /// What a browser fills in by itself.
        let fills: String?
        let isNote: Bool
        let rows: Int
        let isChoice: Bool
        let isUnchosen: Bool
        let isBoxes: Bool
        let choices: [Choice]
        let clash: Clash?
    }
    /// What somebody else saved in a field meanwhile.
    struct Clash: Sendable {
        let clashName: String
        /// Whether there is something to decide: what was typed is something else.
        let isOpen: Bool
        let clashText: String
        let clashTheirs: String
        let clashMine: String
    }
    struct Wrong: Sendable {
        let wrongText: String
        let wrongURL: String?
    }
    struct Hidden: Sendable {
        let hiddenName: String
        let hiddenText: String
    }
    /// A notice above the form, with a way on.
    struct Notice: Sendable {
        let noticeText: String
        let noticeURL: Location?
        let noticeLink: String?
        /// Where the page begins.
        let isFirst: Bool
    }

    struct Way: Sendable {
        let wayName: String
        let wayLabel: String
        let isMainWay: Bool
    }

    let formAction: String
    let hasFile: Bool
    let hidden: [Hidden]
    let isWrong: Bool
    let wrongTitle: String
    let wrongs: [Wrong]
    let notices: [Notice]
    var lines: [Line]
    let preview: FormPreview?
    let previewTitle: String
    let submitLabel: String
    let isSecond: Bool
    let canSend: Bool
    let ways: [Way]
    let changeLabel: String?
    let cancelURL: Location?
    let cancelLabel: String
}

extension FormView {
    /// A field of a form that stands in a table of the page's own.
    package struct Cell: Sendable {
        let cellName: String
        let cellID: String
        let cellText: String
        let cellLabel: String
        let cellMost: Int
        let cellProblem: String?
        let cellClash: Clash?
        let isFirst: Bool
        let isDigits: Bool
    }

    /// Whether it is sent to an address.
    package func isSent(to place: Location) -> Bool { formAction == place.path }

    /// Whether it is shown again: something is wrong, or was kept, or somebody else was at it.
    package var isTouched: Bool { isWrong || !notices.isEmpty }

    /// The field of a name.
    package func cell(_ name: String) -> Cell? {
        lines.first { $0.fieldName == name }.map { line in
            Cell(
                cellName: name, cellID: line.fieldID, cellText: line.fieldText, cellLabel: line.fieldLabel, cellMost: line.most ?? 500,
                cellProblem: line.fieldProblem,
                cellClash: line.clash, isFirst: line.isFirstWrong, isDigits: line.inputMode != nil)
        }
    }

    /// The same form without these fields, which the page shows by itself.
    package func leavingOut(_ names: Set<String>) -> FormView {
        var form = self
        form.lines.removeAll { names.contains($0.fieldName) }
        return form
    }
}

/// What an act would do, before it is done: sentences with the counts, and tables with the names.
package struct FormPreview: Sendable {
    package let sentences: [String]
    /// What should make one think twice.
    package let warnings: [String]
    package let tables: [Table]

    package init(_ sentences: [String], warnings: [String] = [], tables: [Table] = []) {
        (self.sentences, self.warnings, self.tables) = (sentences, warnings, tables)
    }

    /// Stands for all that it says and for what was typed, so that nothing else is done than was looked at.
    func digest(_ form: Form, _ texts: [String: String]) -> String {
        Form.digest(of: sentences + warnings + tables.map(\.csv) + form.fields.map { texts[$0.name] ?? "" })
    }
}
