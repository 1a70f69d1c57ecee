-- Lists of publishers are roles of their own: their names are not known beforehand.
ALTER TABLE metadata RENAME TO metadata_before;

CREATE TABLE metadata (
    role TEXT NOT NULL CHECK (length(role) BETWEEN 1 AND 64),
    version BIGINT NOT NULL,
    body BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (role, version)
);
INSERT INTO metadata (role, version, body, made_at) SELECT role, version, body, made_at FROM metadata_before;
DROP TABLE metadata_before;
