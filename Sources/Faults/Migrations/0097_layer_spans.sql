-- For how long proofs of the layers hold, from a day on, with the paper behind it. The latest row that is not after a day holds for it.
CREATE TABLE layer_span (
    id TEXT NOT NULL PRIMARY KEY,
    from_day BIGINT NOT NULL,
    network_hours BIGINT NOT NULL CHECK (network_hours BETWEEN 1 AND 720),
    platform_hours BIGINT NOT NULL CHECK (platform_hours BETWEEN 1 AND 720),
    proof_days BIGINT NOT NULL CHECK (proof_days BETWEEN 1 AND 60),
    document TEXT NOT NULL CHECK (length(document) BETWEEN 1 AND 200),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    replaced_at BIGINT
);
CREATE INDEX layer_span_day ON layer_span (from_day);
