import Accounts
import Basics
import Figures
import Jobs
import Lists
import Operations
import Records
import RegisterPages
import Registry
import Storage
import Web

extension TableImport {
    /// Lists of areas, such as a year's codes of a statistics office.
    fileprivate static let areas = TableImport("register.areas", at: "/register/areas", .keepRegister, columns: AreaImport.columns) {
        try $0.importAreas($1.bytes, chosen: $1.chosen, apply: $2, in: $3.scope, today: $3.today, by: $3.act)
    } takeBack: { statements, file, at in
        try statements.takeBackFile(file, uses: RegisterUse.found, today: at.today, by: at.act)
    }

    /// Lists of sites with the states they went through and their terminals.
    fileprivate static let sites = TableImport("register.sites", at: "/register/sites", .keepRegister, columns: SiteImport.columns) {
        statements, file, apply, at in
        let report = try statements.importSites(file.bytes, chosen: file.chosen, apply: apply, in: at.scope, today: at.today, by: at.act)
        if apply, let day = report.movedSince { try statements.rederive(from: day, by: at.act) }
        return report
    } takeBack: { statements, file, at in
        try statements.takeBackBoxes(file, at)
    }
}

extension TableImport {
    /// Lists of boxes with the sites where they stand.
    fileprivate static let terminals = TableImport(
        "register.terminals", at: "/register/terminals", .keepRegister, columns: TerminalImport.columns
    ) { statements, file, apply, at in
        let report = try statements.importTerminals(
            file.bytes, chosen: file.chosen, apply: apply, in: at.scope, today: at.today, by: at.act)
        if apply, let day = report.movedSince { try statements.rederive(from: day, by: at.act) }
        return report
    } takeBack: { statements, file, at in
        try statements.takeBackBoxes(file, at)
    }
}

extension Statements {
    /// Takes back what a file said, of boxes too: the figures from the first of its days on are derived again.
    fileprivate func takeBackBoxes(_ file: String, _ at: RecordVisit) throws {
        let day = try firstPlacedDay(byFile: file)
        try takeBackFile(file, uses: RegisterUse.found, today: at.today, by: at.act)
        if let day { try rederive(from: day, by: at.act) }
    }
}

extension Feature {
    /// Areas, sites and boxes from files.
    static func registerImports(_ house: House, bell: JobBell) -> Feature {
        let kinds = [TableImport.areas, .sites, .terminals]
        return Feature(
            "register_imports", menu: [MenuEntry(.run, "imports.title", TableImport.list, .keepRegister)],
            jobs: kinds.map { $0.job(house, bell: bell) },
            sample: FeatureSample { statements, today, act in
                guard let city = try statements.rootAreas(on: today).first, let code = city.areaCode,
                    let village = try statements.areaIndex().keys.filter({ $0.utf8.count == 12 }).sorted().last
                else { return }
                func say(_ key: String) -> String { house.pages.words.text("register.sample.\(key)", .chinese) }
                let rows = (1...3).map { "\(village)9\(40 + $0),\(say("site"))\($0),\(village),village,iptv,planned,\(today)" }
                let file = "code,name,area_code,kind,mode,state,from_on\n" + rows.joined(separator: "\n")
                try TableImport.sites.bring(
                    Array(file.utf8), name: say("file"), statements,
                    RecordVisit(scope: Scope(areas: [code]), today: today, act: act))
            }
        ) { routes in
            routes.list(.imports(kinds, .keepRegister))
            for kind in kinds { routes.imports(kind, bell: bell) }
        }
    }
}
