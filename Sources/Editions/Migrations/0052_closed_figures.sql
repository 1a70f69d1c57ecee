-- The figures of an area's month as they were when it was closed: the first edition is made of these, whatever arrives before it is published. Months that were closed by an
-- earlier program have none.
CREATE TABLE closed_figures (
    area_id TEXT NOT NULL REFERENCES area (id),
    month TEXT NOT NULL CHECK (length(month) = 7),
    as_of_at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (area_id, month)
);
