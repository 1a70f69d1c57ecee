package import Operations
package import Storage
package import Web

extension Routes {
    /// The pages of figures: `/`, `/overview`, `/areas/…`, `/sites…`, `/bulletins…`. Each needs the right to see figures and answers only for the visit's scope.
    package mutating func addSupervision(_ rules: FactRules, blobs: BlobStore) {
        addOverviews(rules)
        addDenominators(rules)
        addSiteList(rules)
        addSites(rules)
        addBulletins(rules)
        addEditions(EditionPress(database: house.database, blobs: blobs, pages: house.pages, rules: rules))
    }
}
