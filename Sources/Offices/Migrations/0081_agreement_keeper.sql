-- Who sees to an agreement: the id of an account, empty for nobody in particular.
ALTER TABLE agreement ADD COLUMN keeper_id TEXT NOT NULL DEFAULT '';
