-- What nodes are told of where they stand, besides the code of the area: the site's kind and name, no kind for an edge, and codes from before, `CODE:MILLISECONDS` parted by blanks.
ALTER TABLE node_place ADD COLUMN area_id TEXT;
ALTER TABLE node_place ADD COLUMN site_kind TEXT;
ALTER TABLE node_place ADD COLUMN site_name TEXT;
ALTER TABLE node_place ADD COLUMN former TEXT NOT NULL DEFAULT '';
