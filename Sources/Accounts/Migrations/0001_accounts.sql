CREATE TABLE event (
    id TEXT NOT NULL PRIMARY KEY,
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX event_subject ON event (subject, id);

CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL UNIQUE CHECK (length(login) BETWEEN 2 AND 64),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    password TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('', 'zh-Hans', 'en')),
    failures BIGINT NOT NULL,
    locked_until_at BIGINT NOT NULL,
    disabled_at BIGINT,
    made_at BIGINT NOT NULL
);

CREATE TABLE role_grant (
    account_id TEXT NOT NULL REFERENCES account (id),
    role TEXT NOT NULL CHECK (role IN ('system_administrator', 'security_administrator', 'auditor', 'officer', 'leader', 'editor', 'reviewer', 'site_manager',
        'maintenance', 'member')),
    area_id TEXT NOT NULL,
    PRIMARY KEY (account_id, role, area_id)
);

CREATE TABLE session (
    token_digest TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    csrf TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account_id);
