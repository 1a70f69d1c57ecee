-- What was ahead of the centre's clock when it came stays so: what comes again is known by its content.
CREATE INDEX quarantine_ahead ON quarantine (subject) WHERE reason = 'fact.future';

-- The days on which a terminal knew that its own clock was wrong, and by how much; what it reported of them is corrected.
CREATE TABLE clock_error (
    day BIGINT NOT NULL,
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    ahead_ms BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (day, terminal)
);
