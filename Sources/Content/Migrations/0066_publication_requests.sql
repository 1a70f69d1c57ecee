-- That somebody asks for a courseware to be published, as it is at that moment; another person decides. At most one of a courseware is open.
CREATE TABLE publication_request (
    id TEXT NOT NULL PRIMARY KEY,
    courseware_id TEXT NOT NULL REFERENCES courseware (id),
    digest TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'declined', 'taken_back')),
    decided_by TEXT,
    decided_at BIGINT,
    remark TEXT NOT NULL CHECK (length(remark) <= 500)
);
CREATE UNIQUE INDEX publication_request_open ON publication_request (courseware_id) WHERE state = 'open';
CREATE INDEX publication_request_courseware ON publication_request (courseware_id, asked_at);
