package import Basics
import Documents
import Figures
package import Operations
import Registry
import Web

extension EditionDocument {
    /// Of figures as of the record's moment, printed at `now`.
    package init(
        _ composition: Composition, number: Int, _ imprint: Imprint, errata: [Erratum], rules: FactRules, isSample: Bool, at now: Instant
    ) {
        let (record, speech, bulletin) = (composition.facts.record, composition.speech, composition.facts.bulletin)
        format = 3
        language = speech.language.rawValue
        title = speech("bulletin.title", ["area": record.area.name, "month": speech.month(record.month)])
        (month, areaCode, areaName) = (record.month.description, record.area.code, record.area.name)
        (self.number, document, signedOff, asOf) = (number, imprint.document, imprint.signedOff, record.asOf.milliseconds)
        self.imprint = [
            Formula(name: speech("edition.number"), text: speech("edition.nth", ["number": String(number)])),
            Formula(name: speech("edition.document"), text: imprint.document),
            Formula(name: speech("edition.signed_off"), text: imprint.signedOff),
            Formula(name: speech("edition.as_of"), text: rules.zone.text(record.asOf)),
        ]
        columns = Bulletin.columns.map { Heading(name: $0, label: speech("bulletin.\($0)")) }
        lines = (bulletin.lines + [bulletin.total]).map { line in
            guard line.code == BulletinArea.rest else { return line.cells }
            return line.cells.enumerated().map { Bulletin.columns[$0] == "name" ? speech("bulletin.rest") : $1 }
        }
        formulas = bulletin.formulas(speech)
        notes = [
            speech("network.then", ["day": record.month.days.upperBound.description]),
            speech("bulletin.note.not_heard", ["count": String(bulletin.total.notHeard)]),
            speech.rankNote(bulletin.formula),
        ]
        excludedTitle = speech("excluded.title")
        excluded = bulletin.excluded.map { Excluded(code: $0.code, name: $0.name, reason: $0.reason, document: $0.document) }
        errataTitle = speech("edition.errata")
        errataColumns = ["line", "column", "from", "to"].map { speech("edition.errata.\($0)") }
        self.errata = errata
        let by = bulletin.formula
        self.rules = Rules(
            closeSeconds: rules.closeSeconds, effectiveMilliseconds: Int64(by.effectiveSeconds) * 1000, rank: by.rankBy.rawValue,
            ties: by.ties.rawValue,
            meanBase: by.meanBase.rawValue, shares: by.shares.rawValue, formula: by.id, formulaFrom: by.fromMonth,
            formulaDocument: by.document)
        sites = record.figures.sites.map(Site.init)
        let copies = imprint.copies.isEmpty ? [] : [PrintedDocument.Pair(name: speech("edition.copies"), text: imprint.copies)]
        let closing = self.imprint.filter { $0.name != speech("edition.document") }.map {
            PrintedDocument.Pair(name: $0.name, text: $0.text)
        }
        printed = composition.printed(
            imprint, on: rules.zone.day(of: now), marks: isSample ? [speech("product.sample")] : [], closing: copies + closing,
            errata: errata)
    }
}
