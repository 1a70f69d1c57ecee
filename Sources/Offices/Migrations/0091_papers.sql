-- Papers that offices issue: what is done stands on them.
CREATE TABLE paper (
    id TEXT NOT NULL PRIMARY KEY,
    issuer_id TEXT NOT NULL,
    -- Of the year in which it was signed, a number stands once with an issuer.
    year BIGINT NOT NULL,
    number TEXT NOT NULL CHECK (length(number) BETWEEN 1 AND 100),
    -- The number as it is compared: docs/glossary.md, "number of a paper".
    number_key TEXT NOT NULL,
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    kind TEXT NOT NULL CHECK (kind IN
        ('notice', 'rule', 'plan', 'scheme', 'decision', 'bulletin', 'letter', 'minutes', 'agreement')),
    matter TEXT NOT NULL CHECK (matter IN
        ('register', 'figures', 'exclusion', 'study', 'library', 'faults', 'equipment', 'funds', 'assessment', 'other')),
    signed_on TEXT NOT NULL,
    from_on TEXT NOT NULL,
    through_on TEXT NOT NULL,
    access TEXT NOT NULL CHECK (access IN ('open', 'internal')),
    body TEXT NOT NULL CHECK (length(body) <= 20000),
    -- Title, number and text as they are searched.
    find_key TEXT NOT NULL,
    file_name TEXT NOT NULL CHECK (length(file_name) <= 200),
    file_hash TEXT NOT NULL CHECK (length(file_hash) IN (0, 64)),
    state TEXT NOT NULL CHECK (state IN ('draft', 'issued', 'dropped', 'voided')),
    made_by TEXT NOT NULL,
    UNIQUE (issuer_id, year, number_key)
);
CREATE INDEX paper_number ON paper (number_key);
CREATE INDEX paper_signed ON paper (signed_on, id);
CREATE TABLE paper_area (
    paper_id TEXT NOT NULL,
    area_id TEXT NOT NULL,
    PRIMARY KEY (paper_id, area_id)
) /*sqlite: WITHOUT ROWID */;
CREATE TABLE paper_relation (
    paper_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('replaces', 'amends', 'repeals')),
    other_id TEXT NOT NULL,
    PRIMARY KEY (paper_id, other_id)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX paper_relation_other ON paper_relation (other_id);
