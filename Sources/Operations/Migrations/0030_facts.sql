-- The base fact: the minutes of a local day in which a terminal was on, run-coded (MinuteSet.encoded). One key and no index beside it: a terminal's month is a
-- look-up for each of its days.
CREATE TABLE presence (
    day BIGINT NOT NULL,
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    on_minutes BIGINT NOT NULL,
    minutes BYTEA NOT NULL,
    PRIMARY KEY (day, terminal)
) /*sqlite: WITHOUT ROWID */;

CREATE TABLE play (
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    boot BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    courseware TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('demand', 'channel', 'live')),
    first_day BIGINT NOT NULL,
    last_day BIGINT NOT NULL,
    intervals BYTEA NOT NULL,
    PRIMARY KEY (terminal, boot, sequence)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX play_day ON play (terminal, first_day);

-- Minutes that came after the close of their day; on-time arrivals leave no row.
CREATE TABLE late_receipt (
    day BIGINT NOT NULL,
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    batch TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    added_minutes BIGINT NOT NULL,
    minutes BYTEA NOT NULL,
    PRIMARY KEY (day, terminal, batch)
) /*sqlite: WITHOUT ROWID */;

CREATE TABLE watermark (
    terminal BIGINT NOT NULL PRIMARY KEY REFERENCES terminal (num),
    through_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL
);

-- Takes the facts of a terminal out of the figures for some days; the facts stay.
CREATE TABLE fact_void (
    id TEXT NOT NULL PRIMARY KEY,
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    from_day BIGINT NOT NULL,
    until_day BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    actor TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    withdrawn_by TEXT,
    withdrawn_at BIGINT,
    CHECK (from_day < until_day)
);
CREATE INDEX fact_void_terminal ON fact_void (terminal, from_day);

-- Derived from the base facts in the transaction that merges them; `yuanjiao doctor --rebuild` makes it again from nothing.
CREATE TABLE site_day (
    day BIGINT NOT NULL,
    site BIGINT NOT NULL REFERENCES site (num),
    on_minutes BIGINT NOT NULL,
    effective_seconds BIGINT NOT NULL,
    plays BIGINT NOT NULL,
    effective_plays BIGINT NOT NULL,
    effective_demand_plays BIGINT NOT NULL,
    PRIMARY KEY (day, site)
) /*sqlite: WITHOUT ROWID */;

-- Facts that a person must decide on.
CREATE TABLE quarantine (
    id TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    fact TEXT NOT NULL,
    sender TEXT NOT NULL,
    batch TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    settled_at BIGINT,
    settlement TEXT CHECK (settlement IN ('stored', 'dismissed'))
);
CREATE INDEX quarantine_open ON quarantine (received_at, id) WHERE settled_at IS NULL;
