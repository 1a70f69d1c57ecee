-- At which organisation a post is; empty for one at a site, or at the office of an area that nobody registered.
ALTER TABLE posting ADD COLUMN organisation_id TEXT NOT NULL DEFAULT '';
CREATE INDEX posting_organisation ON posting (organisation_id) WHERE organisation_id <> '';
