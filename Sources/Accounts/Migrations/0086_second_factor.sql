-- The second factor: since when an account has one, its key, the one that waits for the first code, and the last step whose code was taken. Recovery codes as digests. A session that waits for a code.
ALTER TABLE account ADD COLUMN factor_at BIGINT;
CREATE TABLE second_factor (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
    key_text TEXT NOT NULL,
    waiting_key TEXT NOT NULL,
    last_step BIGINT NOT NULL
);
CREATE TABLE recovery_code (
    account_id TEXT NOT NULL REFERENCES account (id),
    digest TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (account_id, digest)
);
ALTER TABLE session ADD COLUMN code_due BIGINT NOT NULL DEFAULT 0 CHECK (code_due IN (0, 1));
