-- What courseware is found by: title, speaker and unit (searchKey); empty until it is filled in.
ALTER TABLE courseware ADD COLUMN search_key TEXT NOT NULL DEFAULT '';
CREATE INDEX courseware_no_key ON courseware (id) WHERE search_key = '';
