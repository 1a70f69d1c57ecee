-- Attempts to sign in, by what was typed and from where; counted before the password is looked at. A stranger who guesses locks out himself and nobody else.
CREATE TABLE sign_in_attempt (
    login TEXT NOT NULL CHECK (length(login) <= 64),
    origin TEXT NOT NULL CHECK (length(origin) <= 64),
    failures BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    PRIMARY KEY (login, origin)
);
CREATE INDEX sign_in_attempt_began ON sign_in_attempt (began_at);

ALTER TABLE account DROP COLUMN failures;
ALTER TABLE account DROP COLUMN locked_until_at;
