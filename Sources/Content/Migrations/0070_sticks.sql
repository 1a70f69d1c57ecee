-- Publishers whose key was taken onto a stick, by the key.
CREATE TABLE publisher_stick (
    key_id TEXT NOT NULL PRIMARY KEY CHECK (length(key_id) BETWEEN 1 AND 128),
    role TEXT NOT NULL,
    taken_at BIGINT NOT NULL
);

-- A request that was approved and waits for such a key. At most one of a courseware is open or waits.
ALTER TABLE publication_request RENAME TO publication_request_before;
DROP INDEX publication_request_open;
DROP INDEX publication_request_courseware;

CREATE TABLE publication_request (
    id TEXT NOT NULL PRIMARY KEY,
    courseware_id TEXT NOT NULL REFERENCES courseware (id),
    digest TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'waiting', 'approved', 'declined', 'taken_back')),
    decided_by TEXT,
    decided_at BIGINT,
    remark TEXT NOT NULL CHECK (length(remark) <= 500)
);
INSERT INTO publication_request (id, courseware_id, digest, asked_by, asked_at, state, decided_by, decided_at, remark)
SELECT id, courseware_id, digest, asked_by, asked_at, state, decided_by, decided_at, remark FROM publication_request_before;
DROP TABLE publication_request_before;
CREATE UNIQUE INDEX publication_request_open ON publication_request (courseware_id) WHERE state IN ('open', 'waiting');
CREATE INDEX publication_request_courseware ON publication_request (courseware_id, asked_at);
