-- What an honest network would not cause, by who noticed it (the empty name is the centre), what, and about what. It is open while more happened than was settled, or later: a node that was switched off counts from the beginning.
CREATE TABLE incident (
    reporter TEXT NOT NULL CHECK (length(reporter) <= 64),
    kind TEXT NOT NULL CHECK (length(kind) <= 64),
    about TEXT NOT NULL CHECK (length(about) <= 64),
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    occurrences BIGINT NOT NULL,
    settled BIGINT NOT NULL,
    settled_last_at BIGINT NOT NULL,
    settled_at BIGINT,
    settled_by TEXT,
    PRIMARY KEY (reporter, kind, about)
);
CREATE INDEX incident_last ON incident (last_at, reporter, kind, about);
