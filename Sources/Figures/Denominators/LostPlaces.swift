import Basics
import Registry
package import Storage

extension Statements {
    /// What no figure can count because the register has no place for it: sites that were in service on days on which no area held them,
    /// and terminal-days with facts (and plays) of terminals that stood at no site. Both are 0 unless somebody wrote past the register;
    /// `yuanjiao doctor` counts them.
    package func lostPlaces() throws -> (sites: Int, facts: Int) {
        let sites = try count(
            """
            SELECT count(*) FROM (SELECT DISTINCT t.site FROM site_state t
                WHERE t.replaced_at IS NULL AND t.state IN (\(list: SiteState.counted.map(\.rawValue)))
                AND (NOT EXISTS (SELECT 1 FROM site_version v WHERE v.site = t.site AND v.replaced_at IS NULL AND v.from_day <= t.from_day)
                    OR EXISTS (SELECT 1 FROM site_version v WHERE v.site = t.site AND v.replaced_at IS NULL AND v.from_day < t.until_day
                        AND v.until_day > t.from_day
                        AND (NOT EXISTS (SELECT 1 FROM area_version a WHERE a.area_id = v.area_id AND a.replaced_at IS NULL
                                AND a.from_day <= CASE WHEN v.from_day > t.from_day THEN v.from_day ELSE t.from_day END)
                            OR NOT EXISTS (SELECT 1 FROM area_version a WHERE a.area_id = v.area_id AND a.replaced_at IS NULL
                                AND a.until_day >= CASE WHEN v.until_day < t.until_day THEN v.until_day ELSE t.until_day END))))) lost
            """)
        let facts = try count(
            """
            SELECT (SELECT count(*) FROM presence p WHERE NOT EXISTS (SELECT 1 FROM terminal_assignment x
                    WHERE x.terminal = p.terminal AND x.replaced_at IS NULL AND x.from_day <= p.day AND x.until_day > p.day))
                + (SELECT count(*) FROM play p WHERE NOT EXISTS (SELECT 1 FROM terminal_assignment x
                    WHERE x.terminal = p.terminal AND x.replaced_at IS NULL AND x.from_day <= p.first_day AND x.until_day > p.first_day))
            """)
        return (sites, facts)
    }
}
