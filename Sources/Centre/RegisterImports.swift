import Accounts
import Basics
import Figures
import Jobs
import Lists
import Operations
import Records
import Registry
import Storage
import Web

extension TableImport {
    /// Lists of areas, such as a year's codes of a statistics office.
    fileprivate static let areas = TableImport("register.areas", at: "/register/areas", .keepRegister, columns: AreaImport.columns) {
        try $0.importAreas($1, apply: $2, in: $3.scope, today: $3.today, by: $3.act)
    }

    /// Lists of sites with the states they went through and their terminals.
    fileprivate static let sites = TableImport("register.sites", at: "/register/sites", .keepRegister, columns: SiteImport.columns) {
        statements, bytes, apply, at in
        let report = try statements.importSites(bytes, apply: apply, in: at.scope, today: at.today, by: at.act)
        // The minutes of a box count where it stood: what was derived for the old place is derived again.
        if apply, let day = report.movedSince, let known = try statements.factDays(), day <= known.upperBound {
            try statements.enqueueJob(
                kind: FormulaJob.kind, subject: FormulaJob.subject, payload: day.description, madeBy: at.act.actor.id, at: at.act.at,
                ids: at.act.ids)
        }
        return report
    }
}

extension Feature {
    /// Areas and sites from files.
    static func registerImports(_ house: House, bell: JobBell) -> Feature {
        let kinds = [TableImport.areas, .sites]
        return Feature(
            "register_imports", menu: [MenuEntry(.run, "imports.title", TableImport.list, .keepRegister)],
            jobs: kinds.map { $0.job(house, bell: bell) }
        ) { routes in
            routes.list(.imports(kinds, .keepRegister))
            for kind in kinds { routes.imports(kind, bell: bell) }
        }
    }
}
