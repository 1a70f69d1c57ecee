-- How far the list of known nodes is, in the centre's own words; none before the first list.
CREATE TABLE known_version (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    version TEXT NOT NULL
);
