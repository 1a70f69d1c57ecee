-- When the password was last given in a session: what goes outside, or gives rights, asks for it again.
ALTER TABLE session ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
UPDATE session SET confirmed_at = made_at;
