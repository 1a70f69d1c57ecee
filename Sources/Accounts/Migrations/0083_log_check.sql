-- What the last comparison of the log of acts with its chain said; no row before the first one.
CREATE TABLE event_check (
    only_one BIGINT NOT NULL PRIMARY KEY CHECK (only_one = 1),
    checked_at BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    faults BIGINT NOT NULL
);
