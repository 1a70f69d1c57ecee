-- Durable work. A job that runs has a lease, which its runner renews; when the runner dies, the lease ends and the job is taken again.
CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'running', 'done', 'failed', 'cancelled')),
    progress BIGINT NOT NULL,
    step TEXT NOT NULL,
    problem TEXT NOT NULL,
    account TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_until_at BIGINT NOT NULL,
    cancel_wanted BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX job_waiting ON job (state, due_at);
CREATE INDEX job_subject ON job (subject, made_at);
