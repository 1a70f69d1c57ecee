-- Every day of a site lies in an area that was there on it, so that no figure loses the site. Sites of areas that were closed go on in the area above from that day; sites
-- that are older than their area begin in the nearest area above that was there on their first day.
CREATE TABLE placed_piece (
    version TEXT NOT NULL,
    area_id TEXT NOT NULL,
    from_day BIGINT NOT NULL,
    until_day BIGINT NOT NULL,
    PRIMARY KEY (version, from_day)
);

INSERT INTO placed_piece (version, area_id, from_day, until_day)
WITH RECURSIVE ended(area_id, parent_id, from_day, until_day) AS (
    SELECT a.area_id, a.parent_id, a.from_day, a.until_day FROM area_version a
    WHERE a.replaced_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM area_version b WHERE b.area_id = a.area_id AND b.replaced_at IS NULL AND b.until_day > a.until_day)
), piece(version, area_id, from_day, until_day, last_day) AS (
    SELECT v.id, p.area_id, e.until_day, CASE WHEN p.until_day < v.until_day THEN p.until_day ELSE v.until_day END, v.until_day
    FROM ended e JOIN site_version v ON v.area_id = e.area_id JOIN ended p ON p.area_id = e.parent_id
    WHERE v.replaced_at IS NULL AND v.until_day > e.until_day AND p.until_day > e.until_day
    UNION ALL
    SELECT q.version, p.area_id, q.until_day, CASE WHEN p.until_day < q.last_day THEN p.until_day ELSE q.last_day END, q.last_day
    FROM piece q JOIN ended e ON e.area_id = q.area_id JOIN ended p ON p.area_id = e.parent_id
    WHERE q.until_day < q.last_day AND p.until_day > q.until_day
)
SELECT version, area_id, from_day, until_day FROM piece;

INSERT INTO placed_piece (version, area_id, from_day, until_day)
WITH RECURSIVE begun(area_id, parent_id, from_day) AS (
    SELECT a.area_id, a.parent_id, a.from_day FROM area_version a
    WHERE a.replaced_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM area_version b WHERE b.area_id = a.area_id AND b.replaced_at IS NULL AND b.from_day < a.from_day)
), above(version, area_id, from_day, until_day) AS (
    SELECT v.id, b.parent_id, v.from_day, b.from_day FROM site_version v JOIN begun b ON b.area_id = v.area_id
    WHERE v.replaced_at IS NULL AND v.from_day < b.from_day AND v.until_day > b.from_day AND b.parent_id IS NOT NULL
    UNION ALL
    SELECT u.version, b.parent_id, u.from_day, u.until_day FROM above u JOIN begun b ON b.area_id = u.area_id
    WHERE b.from_day > u.from_day AND b.parent_id IS NOT NULL
)
SELECT u.version, u.area_id, u.from_day, u.until_day FROM above u JOIN begun b ON b.area_id = u.area_id WHERE b.from_day <= u.from_day;

INSERT INTO site_version (id, site, name, area_id, kind, mode, from_day, until_day, recorded_at, replaced_at, decision)
SELECT v.id || '-' || CAST(p.from_day AS TEXT), v.site, v.name, p.area_id, v.kind, v.mode, p.from_day, p.until_day, v.recorded_at, NULL, v.decision
FROM placed_piece p JOIN site_version v ON v.id = p.version;

UPDATE site_version SET until_day = (SELECT min(p.from_day) FROM placed_piece p WHERE p.version = site_version.id AND p.from_day > site_version.from_day)
WHERE id IN (SELECT p.version FROM placed_piece p JOIN site_version v ON v.id = p.version WHERE p.from_day > v.from_day);

UPDATE site_version SET from_day = (SELECT max(p.until_day) FROM placed_piece p WHERE p.version = site_version.id AND p.from_day = site_version.from_day)
WHERE id IN (SELECT p.version FROM placed_piece p JOIN site_version v ON v.id = p.version WHERE p.from_day = v.from_day);

-- A state that was corrected to days before the site's first row takes the row back with it.
UPDATE site_version SET from_day = (SELECT min(t.from_day) FROM site_state t WHERE t.site = site_version.site AND t.replaced_at IS NULL)
WHERE replaced_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM site_version w WHERE w.site = site_version.site AND w.replaced_at IS NULL AND w.from_day < site_version.from_day)
    AND from_day > (SELECT min(t.from_day) FROM site_state t WHERE t.site = site_version.site AND t.replaced_at IS NULL);

DROP TABLE placed_piece;
