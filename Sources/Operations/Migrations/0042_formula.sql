-- How figures are made from a month on, with the paper behind it. The row with the latest month that is not after a period's holds for the period.
CREATE TABLE formula (
    id TEXT NOT NULL PRIMARY KEY,
    from_month TEXT NOT NULL CHECK (length(from_month) = 7),
    effective_seconds BIGINT NOT NULL CHECK (effective_seconds BETWEEN 10 AND 7200),
    rank_by TEXT NOT NULL CHECK (rank_by IN ('boot_rate', 'viewing_rate', 'demand_rate')),
    ties TEXT NOT NULL CHECK (ties IN ('shared', 'consecutive')),
    mean_base TEXT NOT NULL CHECK (mean_base IN ('both', 'switched_on', 'registered')),
    shares TEXT NOT NULL CHECK (shares IN ('whole', 'plain')),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    document TEXT NOT NULL CHECK (length(document) BETWEEN 1 AND 200),
    actor TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    replaced_at BIGINT
);
CREATE INDEX formula_month ON formula (from_month);
