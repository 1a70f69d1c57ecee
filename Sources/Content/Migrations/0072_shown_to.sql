-- For whom courseware is published, as the catalogue says it: areas and kinds of sites, separated by blanks, empty for all. What was published before this stood here
-- gets it from the catalogue with the next start.
ALTER TABLE courseware ADD COLUMN shown_areas TEXT NOT NULL DEFAULT '';
ALTER TABLE courseware ADD COLUMN shown_kinds TEXT NOT NULL DEFAULT '';
