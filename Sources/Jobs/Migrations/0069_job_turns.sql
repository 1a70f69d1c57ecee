-- Whose turn it is: of one kind the work of whoever has waited longest since his last began.
CREATE INDEX job_turns ON job (kind, made_by, started_at);
