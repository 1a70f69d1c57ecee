-- From which share of site-days reported on, in hundredths, a bulletin speaks of changes, ranks, first and last.
ALTER TABLE formula ADD COLUMN completeness BIGINT NOT NULL DEFAULT 90 CHECK (completeness BETWEEN 0 AND 100);
