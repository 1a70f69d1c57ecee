-- When a job had its last turn. One that takes long gives way between two pieces of its work, and has another turn when the others had theirs.
ALTER TABLE job ADD COLUMN turn_at BIGINT;
UPDATE job SET turn_at = started_at;
DROP INDEX job_turns;
CREATE INDEX job_turns ON job (kind, made_by, turn_at);
