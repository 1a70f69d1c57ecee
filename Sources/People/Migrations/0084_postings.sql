-- Who holds which post, from when to when: at a site, or at the office of an area. Of a person there is nothing else.
CREATE TABLE posting (
    id TEXT NOT NULL PRIMARY KEY,
    area_id TEXT NOT NULL,
    site BIGINT,
    post TEXT NOT NULL CHECK (post IN ('head', 'manager', 'deputy', 'technician', 'tutor', 'officer')),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    name_key TEXT NOT NULL,
    phone TEXT NOT NULL CHECK (length(phone) <= 40),
    from_on TEXT NOT NULL,
    through_on TEXT NOT NULL,
    trained_through_on TEXT NOT NULL
);
CREATE INDEX posting_site ON posting (site);
CREATE INDEX posting_area ON posting (area_id);
CREATE INDEX posting_name ON posting (name_key, id);
