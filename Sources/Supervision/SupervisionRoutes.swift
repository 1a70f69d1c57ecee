package import Jobs
import Operations
import Storage
package import Web

extension Routes {
    /// The pages of figures and papers: overviews, sites, bulletins, returns, editions. Each needs the right to see figures and answers only for the visit's scope.
    package mutating func addSupervision(_ press: EditionPress, bell: JobBell, shelf: FigureShelf) {
        let rules = press.rules
        addOverviews(rules, shelf)
        addDenominators(rules)
        addSiteList(rules, shelf)
        addSites(rules)
        addBulletins(rules, shelf)
        addProspects(rules)
        addReturns(rules)
        addCompositions(press)
        addFormulas(rules, bell: bell)
        addEditions(press, bell: bell)
        addDistribution(rules)
    }
}
