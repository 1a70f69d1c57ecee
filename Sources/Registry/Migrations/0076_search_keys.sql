-- What names are found and sorted by (searchKey); empty until it is filled in.
ALTER TABLE area_version ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE site_version ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
CREATE INDEX area_version_no_key ON area_version (id) WHERE name_key = '';
CREATE INDEX site_version_no_key ON site_version (id) WHERE name_key = '';
