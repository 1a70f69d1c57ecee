-- What the log of acts says of each entry besides: where it was done from, in which area the person holds the right, and as what it was refused.
ALTER TABLE event ADD COLUMN refusal TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN area_id TEXT NOT NULL DEFAULT '';
CREATE INDEX event_area ON event (area_id, id);

-- The chain: each entry's hash over the entry and the hash before it. Rows are added, never changed.
CREATE TABLE event_link (
    position BIGINT NOT NULL PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL
);
-- Entries that wait for their place in the chain: what was written since the last second, at first all of before.
CREATE TABLE event_pending (event_id TEXT NOT NULL PRIMARY KEY);
INSERT INTO event_pending (event_id) SELECT id FROM event;

-- Up to which place the log was sent on; no row before the first time.
CREATE TABLE event_sent (only_one BIGINT NOT NULL PRIMARY KEY CHECK (only_one = 1), position BIGINT NOT NULL);

-- Where a session was opened from, so that its owner knows it again.
ALTER TABLE session ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
