-- Content of courseware that was deleted, until it is off the disk; what a killed centre left is removed at the next start.
CREATE TABLE blob_removal (
    hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64)
);
