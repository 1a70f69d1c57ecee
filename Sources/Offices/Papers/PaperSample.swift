import Accounts
import Basics
import Registry
import Storage
import Web

extension Statements {
    /// Papers of the demo's city: one replaced by a later one, one of the province that it contradicts, a draft.
    func makeSamplePapers(on today: Day, by act: Act, _ words: Words) throws {
        guard let city = try rootAreas(on: today).first,
            let office = try organisations(OrganisationFilter(kind: .office), limit: 1, in: .everything).first
        else { return }
        func say(_ key: String, _ values: [String: String] = [:]) -> String { words.text("paper.sample.\(key)", .chinese, values) }
        let province = Organisation(
            id: act.ids.next(), kind: .superior, areaID: city.areaID, areaCode: city.code, areaName: city.name, name: say("province"),
            duties: "", phone: "")
        try saveOrganisation(province, was: nil, by: act)
        let place = Paper.Place(areaID: city.areaID, code: city.code, name: city.name)
        func make(
            _ key: String, _ issuer: Organisation, _ kind: PaperKind, _ matter: PaperMatter, daysAgo: Int, serial: Int,
            relations: [Paper.Relation] = [], isIssued: Bool = true
        ) throws -> Paper {
            let day = today.advanced(by: -daysAgo)
            let number = say(
                issuer.kind == .superior ? "province_number" : "number", ["year": String(day.month.year), "serial": String(serial)])
            let paper = Paper(
                id: act.ids.next(), issuer: issuer, number: number, title: say(key), kind: kind, matter: matter, signedOn: day,
                days: day...(.forever), areas: [place], access: .internal, body: isIssued ? say("\(key).body") : "", madeBy: act.actor.id,
                relations: relations)
            try savePaper(paper, was: nil, by: act)
            if isIssued { try take(PaperLife.issue, paper, in: .everything, by: act) }
            return paper
        }
        let old = try make("study", office, .rule, .study, daysAgo: 900, serial: 6)
        _ = try make(
            "study_again", office, .rule, .study, daysAgo: 300, serial: 12, relations: [Paper.Relation(bond: .replaces, id: old.id)])
        _ = try make("study_above", province, .notice, .study, daysAgo: 700, serial: 31)
        _ = try make("count", office, .notice, .figures, daysAgo: 400, serial: 8)
        _ = try make("inspection", office, .plan, .assessment, daysAgo: 3, serial: 3, isIssued: false)
    }
}
