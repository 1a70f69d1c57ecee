package import Jobs
import Operations
import Storage
package import Web

extension Routes {
    /// The pages of figures and papers: overviews, sites, bulletins, returns, editions. Each needs the right to see figures and answers only for the visit's scope.
    package mutating func addSupervision(_ press: EditionPress, bell: JobBell) {
        let rules = press.rules
        addOverviews(rules)
        addDenominators(rules)
        addSiteList(rules)
        addSites(rules)
        addBulletins(rules)
        addProspects(rules)
        addReturns(rules)
        addCompositions(press)
        addFormulas(rules, bell: bell)
        addEditions(press, bell: bell)
        addDistribution(rules)
    }
}
