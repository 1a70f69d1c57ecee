-- What waits of one sender is bounded; beyond the bound its facts are refused and summed here.
CREATE INDEX quarantine_sender ON quarantine (sender) WHERE settled_at IS NULL;
CREATE TABLE quarantine_overflow (
    sender TEXT NOT NULL,
    reason TEXT NOT NULL,
    facts BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (sender, reason)
);
