-- A site's days of a month summed up, so that the month of a large network is one row a site. `month` is the first day of the month, `on_mask` has a bit for each
-- day with a minute on, the first day lowest. Derived from site_day in the transaction that changes a day, always anew, whatever state the site was in.
CREATE TABLE site_month (
    month BIGINT NOT NULL,
    site BIGINT NOT NULL REFERENCES site (num),
    on_minutes BIGINT NOT NULL,
    on_mask BIGINT NOT NULL,
    effective_seconds BIGINT NOT NULL,
    effective_plays BIGINT NOT NULL,
    effective_demand_plays BIGINT NOT NULL,
    PRIMARY KEY (month, site)
) /*sqlite: WITHOUT ROWID */;

-- The first of a day's month: arithmetic after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", as in Day.swift.
INSERT INTO site_month (month, site, on_minutes, on_mask, effective_seconds, effective_plays, effective_demand_plays)
WITH RECURSIVE bit(place, mask) AS (
    SELECT 0, 1 UNION ALL SELECT place + 1, mask * 2 FROM bit WHERE place < 30
), shifted AS (
    SELECT day, (day + 719468) - (day + 719468) / 146097 * 146097 AS of_era FROM (SELECT DISTINCT day FROM site_day) days
), placed AS (
    SELECT day, of_era, (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365 AS year_of_era FROM shifted
), counted AS (
    SELECT day, of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100) AS of_year FROM placed
), begun AS (
    SELECT day, day - (of_year - (153 * ((5 * of_year + 2) / 153) + 2) / 5) AS month FROM counted
)
SELECT b.month, d.site, sum(d.on_minutes), coalesce(sum(bit.mask) FILTER (WHERE d.on_minutes > 0), 0),
    sum(d.effective_seconds), sum(d.effective_plays), sum(d.effective_demand_plays)
FROM begun b JOIN bit ON bit.place = b.day - b.month JOIN site_day d ON d.day = b.day
GROUP BY b.month, d.site;
