import Bulletins
import Content
import Editions
import Faults
import Figures
package import Foundation
import Jobs
import Logging
import Offices
import Operations
import People
import Records
import RegisterPages
import Registry
import Returns
import Storage
import Web
import Workplaces

extension CentreApplication {
    /// Where templates and words of all modules lie, besides those of the house.
    package static var resources: [Bundle] {
        [
            .module, Records.resources, Registry.resources, Offices.resources, RegisterPages.resources, Content.resources,
            Operations.resources, Faults.resources,
            Workplaces.resources, People.resources, Figures.resources,
            Returns.resources,
            Bulletins.resources, Editions.resources,
        ]
    }

    /// Every feature of the centre, in the order of the left column.
    static func features(_ parts: CentreParts, _ house: House) -> [Feature] {
        let (rules, shelf, press, content, bell) = (parts.rules, parts.shelf, parts.press, parts.content, parts.bell)
        let (database, clock, ids) = (house.database, house.clock, house.ids)
        return [
            .registerSearch(database), .overviews(rules, shelf), .siteList(rules, shelf), .sites(rules), .denominators(rules), .silence,
            .connectivity(rules), .testPlays(rules), .layerSpans(house, bell: bell),
            .ownSites, .siteMessages(house, bell: bell), .upkeep,
            .exclusions(settled: { try $0.settledMonths(from: $1, areas: $2) }), .quarantine(rules),
            .voids(house, rules, settled: { try $0.settledMonths(from: $1, areas: $2) }, bell: bell),
            .courseware(content, encoding: parts.encoding, renewal: content.catalogueRenewal(database, clock: clock, ids: ids), database),
            .approvals(content), .stop,
            .bulletins(rules, shelf), .prospects(rules), .compositions(press, drafts: DraftJob(press: press, clock: clock), bell: bell),
            .editions(press, publishing: PublishJob(press: press, clock: clock, ids: ids), bell: bell), .returns(rules),
            .distribution(rules),
            .figureList(rules), .formulas(rules, deriving: FormulaJob(database: database, rules: rules), bell: bell),
            .areas(settled: { try $0.settledMonths(from: $1, areas: $2) }, uses: RegisterUse.found),
            .siteStates(settled: { try $0.settledMonths(from: $1, areas: $2) }),
            .siteChanges(house, settled: { try $0.settledMonths(from: $1, areas: $2) }),
            .terminals(rederive: { try $0.rederive(from: $1, by: $2) }),
            .imports(house), .ownAccount, .secondFactor, .organisations(house, bell: bell, posts: Table.posts),
            .agreements(house, bell: bell),
            .papers(house, blobs: content.blobs, mentions: PaperMentioning.found, bell: bell), .workCalendar(house, bell: bell),
            .accounts(house, bell: bell),
            .postings(house, bell: bell),
            .registerImports(house, bell: bell),
            .nodes(house, parts.contacts),
            .incidents, .events(house),
        ]
    }

    /// One runner for each bell: kinds that share one wait for each other.
    static func runners(_ jobs: [FeatureJob], _ house: House, _ log: Logger) -> [JobRunner] {
        Dictionary(grouping: jobs) { ObjectIdentifier($0.bell) }.values.compactMap { jobs in
            guard let bell = jobs.first?.bell else { return nil }
            let handlers = Dictionary(uniqueKeysWithValues: jobs.map { ($0.kind, $0.handler) })
            return JobRunner(database: house.database, clock: house.clock, handlers: handlers, bell: bell, log: log)
        }
    }
}

/// What features stand on besides the house.
struct CentreParts: Sendable {
    let rules: FactRules
    let content: ContentHouse
    let encoding: EncodeJob
    let press: EditionPress
    let shelf: FigureShelf
    let contacts: ContactWatch
    /// Of work that somebody waits for, such as a paper; what takes hours has its own.
    let bell = JobBell()
}
