-- A month of an area whose figures are no longer provisional.
CREATE TABLE month_closing (
    area_id TEXT NOT NULL REFERENCES area (id),
    month TEXT NOT NULL CHECK (length(month) = 7),
    closed_by TEXT NOT NULL,
    closed_at BIGINT NOT NULL,
    PRIMARY KEY (area_id, month)
);

-- What was published, by the hashes of its artefacts; each row's hash holds that of the row before, over all areas. Rows are never changed.
CREATE TABLE edition (
    id TEXT NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL UNIQUE,
    area_id TEXT NOT NULL REFERENCES area (id),
    month TEXT NOT NULL CHECK (length(month) = 7),
    number BIGINT NOT NULL CHECK (number > 0),
    document TEXT NOT NULL CHECK (length(document) BETWEEN 1 AND 100),
    signed_off TEXT NOT NULL CHECK (length(signed_off) BETWEEN 1 AND 100),
    json_hash TEXT NOT NULL CHECK (length(json_hash) = 64),
    html_hash TEXT NOT NULL CHECK (length(html_hash) = 64),
    csv_hash TEXT NOT NULL CHECK (length(csv_hash) = 64),
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    as_of_at BIGINT NOT NULL,
    published_by TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    UNIQUE (area_id, month, number)
);
