-- Uploads that come in pieces and are not whole yet. `received_bytes` of each are on the disk for good.
CREATE TABLE upload (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    area_id TEXT NOT NULL,
    total_bytes BIGINT NOT NULL CHECK (total_bytes > 0),
    received_bytes BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    -- When the last piece came.
    touched_at BIGINT NOT NULL
);
CREATE INDEX upload_made ON upload (made_by, touched_at);
