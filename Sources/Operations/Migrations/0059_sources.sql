-- Who said it and by which way it came: 'self' for a terminal of itself, 'edge:ID' for an edge in place of a box without a key, 'command-line' for a file.
CREATE TABLE fact_source (
    num BIGINT NOT NULL PRIMARY KEY CHECK (num > 0),
    said_by TEXT NOT NULL,
    relay TEXT NOT NULL,
    file TEXT NOT NULL,
    UNIQUE (said_by, relay, file)
);

-- The one source of a row; 0 when several wrote it, nothing when it was written before sources were kept.
ALTER TABLE presence ADD COLUMN source BIGINT;
ALTER TABLE play ADD COLUMN source BIGINT;
ALTER TABLE watermark_claim ADD COLUMN source BIGINT;
ALTER TABLE quarantine ADD COLUMN source BIGINT;

-- Of rows that several wrote: each, and how much it added.
CREATE TABLE presence_source (
    day BIGINT NOT NULL,
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    source BIGINT NOT NULL REFERENCES fact_source (num),
    added_minutes BIGINT NOT NULL,
    PRIMARY KEY (day, terminal, source)
) /*sqlite: WITHOUT ROWID */;
CREATE TABLE play_source (
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    boot BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    source BIGINT NOT NULL REFERENCES fact_source (num),
    PRIMARY KEY (terminal, boot, sequence, source)
) /*sqlite: WITHOUT ROWID */;

-- Voids that were decided as one.
ALTER TABLE fact_void ADD COLUMN proposal TEXT;
CREATE INDEX fact_void_proposal ON fact_void (proposal) WHERE proposal IS NOT NULL;
