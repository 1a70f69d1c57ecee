-- What was sent, so that the same form sent twice acts once; a day.
CREATE TABLE form_sent (
    account_id TEXT NOT NULL REFERENCES account (id),
    token TEXT NOT NULL,
    digest TEXT NOT NULL,
    path TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, token)
);
CREATE INDEX form_sent_digest ON form_sent (account_id, digest, sent_at);
CREATE INDEX form_sent_at ON form_sent (sent_at);

-- What was typed when a session had ended: sealed with a key that only the browser has; a day.
CREATE TABLE kept_form (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    action TEXT NOT NULL,
    sealed TEXT NOT NULL,
    kept_at BIGINT NOT NULL
);
CREATE INDEX kept_form_account ON kept_form (account_id, kept_at);
CREATE INDEX kept_form_at ON kept_form (kept_at);
