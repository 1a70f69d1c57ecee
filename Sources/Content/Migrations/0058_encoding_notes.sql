-- What encoding did that its maker may not expect, or left out: a JSON list of codes with their values; empty for nothing.
ALTER TABLE courseware ADD COLUMN notes TEXT NOT NULL DEFAULT '';
