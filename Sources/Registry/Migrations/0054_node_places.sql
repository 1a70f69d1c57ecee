-- What edges are told of nodes: which keys are good, by the code of the area in which each node stands. Edges ask for what is newer than they know.
CREATE TABLE node_change (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    last BIGINT NOT NULL
);
INSERT INTO node_change (one, last) VALUES (1, 0);

CREATE TABLE node_place (
    node TEXT NOT NULL PRIMARY KEY REFERENCES node (id),
    code TEXT NOT NULL,
    changed BIGINT NOT NULL
);
CREATE INDEX node_place_code ON node_place (code, changed, node);

-- Who left an area, for the edges there.
CREATE TABLE node_departure (
    code TEXT NOT NULL,
    changed BIGINT NOT NULL,
    node TEXT NOT NULL,
    PRIMARY KEY (code, changed, node)
);
