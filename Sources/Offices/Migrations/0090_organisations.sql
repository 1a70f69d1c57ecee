-- Offices, operators, suppliers and partners in one table: operators were the first of them.
CREATE TABLE organisation (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('office', 'operator', 'supplier', 'partner', 'superior')),
    area_id TEXT NOT NULL,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    name_key TEXT NOT NULL UNIQUE,
    duties TEXT NOT NULL CHECK (length(duties) <= 1000),
    -- Since when it has this name and these duties; empty for nobody knows.
    named_on TEXT NOT NULL,
    modes TEXT NOT NULL CHECK (length(modes) <= 100),
    phone TEXT NOT NULL CHECK (length(phone) <= 60),
    note TEXT NOT NULL CHECK (length(note) <= 500),
    state TEXT NOT NULL CHECK (state IN ('active', 'ended')),
    -- The last day of one that ended; empty for one that is there.
    ended_on TEXT NOT NULL
);
INSERT INTO organisation (id, kind, area_id, name, name_key, duties, named_on, modes, phone, note, state, ended_on)
    SELECT id, 'operator', area_id, name, name_key, '', '', modes, hotline, note, 'active', '' FROM network_operator;
DROP TABLE network_operator;
-- What organisations were called before, and what they did then.
CREATE TABLE former_name (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    name_key TEXT NOT NULL,
    duties TEXT NOT NULL CHECK (length(duties) <= 1000),
    from_on TEXT NOT NULL,
    through_on TEXT NOT NULL,
    document TEXT NOT NULL CHECK (length(document) <= 200)
);
CREATE INDEX former_name_organisation ON former_name (organisation_id, through_on);
