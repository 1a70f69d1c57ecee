-- `archived` courseware is known from elsewhere: it may be named in plays, but has no media here.
CREATE TABLE courseware (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    category TEXT NOT NULL,
    speaker TEXT NOT NULL,
    unit TEXT NOT NULL,
    area_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('encoding', 'failed', 'ready', 'published', 'withdrawn', 'archived')),
    problem TEXT NOT NULL,
    problem_values TEXT NOT NULL,
    duration_ms BIGINT NOT NULL,
    source_hash TEXT NOT NULL,
    source_name TEXT NOT NULL,
    source_bytes BIGINT NOT NULL,
    audience_areas TEXT NOT NULL,
    audience_kinds TEXT NOT NULL,
    version BIGINT NOT NULL,
    manifest_hash TEXT NOT NULL,
    manifest_bytes BIGINT NOT NULL,
    poster_hash TEXT NOT NULL,
    preview_hash TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    published_at BIGINT,
    withdrawn_at BIGINT
);
CREATE INDEX courseware_made ON courseware (made_at, id);
CREATE INDEX courseware_area ON courseware (area_id);

-- What a node may fetch: the manifests that stand in the catalogue and all that they name.
CREATE TABLE published_blob (
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    courseware_id TEXT NOT NULL REFERENCES courseware (id),
    version BIGINT NOT NULL,
    length BIGINT NOT NULL,
    PRIMARY KEY (hash, courseware_id)
);
CREATE INDEX published_blob_courseware ON published_blob (courseware_id);

-- How far each node is with each courseware version; the greater revision stands.
CREATE TABLE holding (
    node TEXT NOT NULL,
    courseware_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('known', 'fetching', 'complete', 'failed', 'removed')),
    done_bytes BIGINT NOT NULL,
    total_bytes BIGINT NOT NULL,
    reason TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (node, courseware_id, version)
);
CREATE INDEX holding_courseware ON holding (courseware_id, version);

-- The signed catalogue, every version of every role.
CREATE TABLE metadata (
    role TEXT NOT NULL CHECK (role IN ('root', 'targets', 'snapshot', 'timestamp')),
    version BIGINT NOT NULL,
    body BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (role, version)
);
