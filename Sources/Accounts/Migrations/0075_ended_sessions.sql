-- A session that ended is known for a day, so that a form that was open in it can still say whose it was.
ALTER TABLE session ADD COLUMN ended_at BIGINT;
CREATE INDEX session_csrf ON session (csrf);
