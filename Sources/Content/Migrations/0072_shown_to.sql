-- For whom courseware is published, as the catalogue says it: areas and kinds of sites, separated by blanks, empty for all. What was published before this stood here goes to all
-- until it is published again.
ALTER TABLE courseware ADD COLUMN shown_areas TEXT NOT NULL DEFAULT '';
ALTER TABLE courseware ADD COLUMN shown_kinds TEXT NOT NULL DEFAULT '';
