-- Grants for every role that is planned, for one thing alone where the role needs it, and with an end; rebuilt, because a CHECK cannot be changed. A grant that ended stays.
CREATE TABLE role_grant_new (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    role TEXT NOT NULL CHECK (role IN ('system_administrator', 'security_administrator', 'auditor', 'officer', 'leader', 'editor', 'reviewer', 'site_manager',
        'maintenance', 'member', 'tutor', 'treasurer', 'inspector', 'judge', 'correspondent', 'portal_editor', 'portal_reviewer', 'expert')),
    area_id TEXT NOT NULL,
    object TEXT NOT NULL CHECK (length(object) <= 100),
    until_day BIGINT NOT NULL,
    given_by TEXT NOT NULL,
    given_at BIGINT NOT NULL
);
INSERT INTO role_grant_new (id, account_id, role, area_id, object, until_day, given_by, given_at)
    SELECT g.account_id || '-' || g.role || '-' || g.area_id, g.account_id, g.role, g.area_id, '', 2932896, '', a.made_at
    FROM role_grant g JOIN account a ON a.id = g.account_id;
DROP TABLE role_grant;
ALTER TABLE role_grant_new RENAME TO role_grant;
CREATE INDEX role_grant_account ON role_grant (account_id);
CREATE INDEX role_grant_area ON role_grant (area_id);

-- Whether the password is one that somebody else gave and its owner has not changed yet; when it was set; when the account was last used. An account without a password waits for its first.
ALTER TABLE account ADD COLUMN password_is_first BIGINT NOT NULL DEFAULT 0 CHECK (password_is_first IN (0, 1));
ALTER TABLE account ADD COLUMN password_set_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN signed_in_at BIGINT;
ALTER TABLE account ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE account SET password_set_at = made_at;
UPDATE account SET signed_in_at = (SELECT max(made_at) FROM session WHERE session.account_id = account.id);

-- The passwords that an account had before, stored as they were, for rules that let none come back.
CREATE TABLE password_before (
    account_id TEXT NOT NULL REFERENCES account (id),
    set_at BIGINT NOT NULL,
    password TEXT NOT NULL,
    PRIMARY KEY (account_id, set_at)
);
