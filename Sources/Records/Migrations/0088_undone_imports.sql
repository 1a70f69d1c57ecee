-- Files that are taken back; rebuilt, because a CHECK cannot be changed.
CREATE TABLE table_import_new (
    id TEXT NOT NULL PRIMARY KEY,
    topic TEXT NOT NULL CHECK (length(topic) <= 60),
    account_id TEXT NOT NULL,
    file_name TEXT NOT NULL CHECK (length(file_name) <= 200),
    bytes BYTEA NOT NULL,
    scope TEXT NOT NULL CHECK (length(scope) <= 4000),
    state TEXT NOT NULL CHECK (state IN ('looking', 'looked', 'applying', 'applied', 'undoing', 'undone')),
    job_id TEXT NOT NULL,
    report TEXT NOT NULL,
    refused TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
INSERT INTO table_import_new (id, topic, account_id, file_name, bytes, scope, state, job_id, report, refused, made_at)
    SELECT id, topic, account_id, file_name, bytes, scope, state, job_id, report, refused, made_at FROM table_import;
DROP TABLE table_import;
ALTER TABLE table_import_new RENAME TO table_import;
CREATE INDEX table_import_account ON table_import (account_id, id);
