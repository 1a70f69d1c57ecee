-- Whether a known node is an edge or a terminal; nothing for those of which the centre has not said it yet. The list begins anew, so that it is heard.
ALTER TABLE known_node ADD COLUMN kind TEXT;
DELETE FROM known_version;
