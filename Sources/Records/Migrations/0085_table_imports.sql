-- Files that are taken as a whole, such as those of areas and sites: a job looks at what one would do, and when somebody says so another one does it.
CREATE TABLE table_import (
    id TEXT NOT NULL PRIMARY KEY,
    topic TEXT NOT NULL CHECK (length(topic) <= 60),
    account_id TEXT NOT NULL,
    file_name TEXT NOT NULL CHECK (length(file_name) <= 200),
    bytes BYTEA NOT NULL,
    scope TEXT NOT NULL CHECK (length(scope) <= 4000),
    state TEXT NOT NULL CHECK (state IN ('looking', 'looked', 'applying', 'applied')),
    job_id TEXT NOT NULL,
    report TEXT NOT NULL,
    refused TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX table_import_account ON table_import (account_id, id);
