-- Plays that came or grew after the close of their first day: what had been known of each before (PlayCoverage.encoded, empty for nothing), so that it can be told what was
-- known at a moment. On-time arrivals leave no row.
CREATE TABLE late_play (
    first_day BIGINT NOT NULL,
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    boot BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    batch TEXT NOT NULL,
    known BYTEA NOT NULL,
    PRIMARY KEY (first_day, terminal, boot, sequence, received_at)
) /*sqlite: WITHOUT ROWID */;
