CREATE TABLE network_setting (
    name TEXT NOT NULL PRIMARY KEY,
    content TEXT NOT NULL
);

CREATE TABLE area (
    id TEXT NOT NULL PRIMARY KEY,
    made_at BIGINT NOT NULL
);

-- A decision on the tree: rename, recode, move, merge, split, close. It takes effect on a day and may be recorded later.
CREATE TABLE area_decision (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('rename', 'recode', 'move', 'merge', 'split', 'close')),
    area_id TEXT NOT NULL REFERENCES area (id),
    other_area_id TEXT REFERENCES area (id),
    on_day BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    document TEXT NOT NULL CHECK (length(document) <= 200),
    actor TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX area_decision_area ON area_decision (area_id, on_day);
CREATE INDEX area_decision_other ON area_decision (other_area_id, on_day);

-- A dated row. `until_day` is the first day on which it no longer holds; `replaced_at` is set when a later correction took its place.
CREATE TABLE area_version (
    id TEXT NOT NULL PRIMARY KEY,
    area_id TEXT NOT NULL REFERENCES area (id),
    code TEXT NOT NULL CHECK (length(code) IN (2, 4, 6, 9, 12)),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    parent_id TEXT REFERENCES area (id),
    from_day BIGINT NOT NULL,
    until_day BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    replaced_at BIGINT,
    decision TEXT REFERENCES area_decision (id),
    CHECK (from_day < until_day)
);
CREATE INDEX area_version_area ON area_version (area_id, from_day);
CREATE INDEX area_version_code ON area_version (code, from_day);
CREATE INDEX area_version_parent ON area_version (parent_id);

CREATE TABLE site (
    id TEXT NOT NULL PRIMARY KEY,
    num BIGINT NOT NULL UNIQUE,
    code TEXT NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 32),
    made_at BIGINT NOT NULL
);

CREATE TABLE site_version (
    id TEXT NOT NULL PRIMARY KEY,
    site BIGINT NOT NULL REFERENCES site (num),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    area_id TEXT NOT NULL REFERENCES area (id),
    kind TEXT NOT NULL CHECK (kind IN ('village', 'community', 'township', 'agency', 'enterprise', 'other')),
    mode TEXT NOT NULL CHECK (mode IN ('iptv', 'satellite', 'cable', 'internet')),
    from_day BIGINT NOT NULL,
    until_day BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    replaced_at BIGINT,
    decision TEXT REFERENCES area_decision (id),
    CHECK (from_day < until_day)
);
CREATE INDEX site_version_site ON site_version (site, from_day);
CREATE INDEX site_version_area ON site_version (area_id);

CREATE TABLE site_state (
    id TEXT NOT NULL PRIMARY KEY,
    site BIGINT NOT NULL REFERENCES site (num),
    state TEXT NOT NULL CHECK (state IN ('planned', 'approved', 'building', 'awaiting_acceptance', 'in_service', 'faulty', 'suspended', 'moving', 'closed')),
    from_day BIGINT NOT NULL,
    until_day BIGINT NOT NULL,
    reason TEXT NOT NULL,
    document TEXT NOT NULL,
    actor TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    replaced_at BIGINT,
    CHECK (from_day < until_day)
);
CREATE INDEX site_state_site ON site_state (site, from_day);

-- What somebody asks to take out of the figures for a period; another person decides.
CREATE TABLE exclusion_proposal (
    id TEXT NOT NULL PRIMARY KEY,
    area_id TEXT NOT NULL REFERENCES area (id),
    cause TEXT NOT NULL CHECK (cause IN ('flood', 'power', 'line', 'road', 'season', 'other')),
    from_day BIGINT NOT NULL,
    until_day BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    document TEXT NOT NULL CHECK (length(document) <= 200),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'refused', 'withdrawn')),
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at BIGINT,
    answer TEXT NOT NULL CHECK (length(answer) <= 500),
    CHECK (from_day < until_day)
);
CREATE INDEX exclusion_proposal_area ON exclusion_proposal (area_id);

CREATE TABLE exclusion_proposal_site (
    proposal TEXT NOT NULL REFERENCES exclusion_proposal (id),
    site BIGINT NOT NULL REFERENCES site (num),
    PRIMARY KEY (proposal, site)
);

CREATE TABLE site_exclusion (
    id TEXT NOT NULL PRIMARY KEY,
    site BIGINT NOT NULL REFERENCES site (num),
    from_day BIGINT NOT NULL,
    until_day BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    document TEXT NOT NULL,
    actor TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    replaced_at BIGINT,
    CHECK (from_day < until_day)
);
CREATE INDEX site_exclusion_site ON site_exclusion (site, from_day);

CREATE TABLE terminal (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
    num BIGINT NOT NULL UNIQUE,
    made_at BIGINT NOT NULL
);

CREATE TABLE terminal_assignment (
    id TEXT NOT NULL PRIMARY KEY,
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    site BIGINT NOT NULL REFERENCES site (num),
    from_day BIGINT NOT NULL,
    until_day BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    replaced_at BIGINT,
    CHECK (from_day < until_day)
);
CREATE INDEX terminal_assignment_terminal ON terminal_assignment (terminal, from_day);
CREATE INDEX terminal_assignment_site ON terminal_assignment (site, from_day);

-- A program that speaks for itself: an edge, or a terminal (then `id` is the terminal's id).
CREATE TABLE node (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('edge', 'terminal')),
    name TEXT NOT NULL,
    area_id TEXT NOT NULL REFERENCES area (id),
    public_key TEXT,
    claim_digest TEXT UNIQUE,
    claim_expires_at BIGINT NOT NULL,
    enrolled_at BIGINT,
    revoked_at BIGINT,
    version TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX node_area ON node (area_id);
