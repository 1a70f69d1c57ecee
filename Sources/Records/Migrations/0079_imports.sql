CREATE TABLE import_file (
    id TEXT NOT NULL PRIMARY KEY,
    path TEXT NOT NULL CHECK (length(path) <= 60),
    account_id TEXT NOT NULL,
    file_name TEXT NOT NULL CHECK (length(file_name) <= 200),
    bytes BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'applying', 'applied')),
    scope TEXT NOT NULL CHECK (length(scope) <= 4000),
    job_id TEXT NOT NULL,
    seen_rows BIGINT NOT NULL,
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX import_file_account ON import_file (account_id, made_at);
CREATE TABLE import_refused (
    import_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    field TEXT NOT NULL CHECK (length(field) <= 60),
    code TEXT NOT NULL CHECK (length(code) <= 100),
    detail TEXT NOT NULL CHECK (length(detail) <= 4000),
    PRIMARY KEY (import_id, line)
);
