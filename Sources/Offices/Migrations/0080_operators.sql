CREATE TABLE network_operator (
    id TEXT NOT NULL PRIMARY KEY,
    area_id TEXT NOT NULL,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    name_key TEXT NOT NULL UNIQUE,
    modes TEXT NOT NULL CHECK (length(modes) <= 100),
    hotline TEXT NOT NULL CHECK (length(hotline) <= 60),
    note TEXT NOT NULL CHECK (length(note) <= 500)
);
CREATE TABLE agreement (
    id TEXT NOT NULL PRIMARY KEY,
    operator_id TEXT NOT NULL,
    area_id TEXT NOT NULL,
    number TEXT NOT NULL UNIQUE CHECK (length(number) BETWEEN 1 AND 60),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    from_on TEXT NOT NULL,
    through_on TEXT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen >= 0),
    repair_hours BIGINT NOT NULL CHECK (repair_hours BETWEEN 1 AND 720),
    duties TEXT NOT NULL CHECK (length(duties) <= 2000),
    state TEXT NOT NULL CHECK (state IN ('draft', 'in_force', 'ended', 'dropped')),
    made_by TEXT NOT NULL,
    end_reason TEXT NOT NULL CHECK (length(end_reason) <= 500)
);
CREATE INDEX agreement_operator ON agreement (operator_id);
