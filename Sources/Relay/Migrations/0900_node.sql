-- What a node keeps over restarts: the records of the node's logic by key, as JSON.
CREATE TABLE node_record (
    record_key TEXT NOT NULL PRIMARY KEY CHECK (length(record_key) BETWEEN 1 AND 300),
    body TEXT NOT NULL
);

-- The nodes whose word an edge believes.
CREATE TABLE known_node (
    node TEXT NOT NULL PRIMARY KEY CHECK (length(node) BETWEEN 1 AND 64),
    public_key TEXT NOT NULL CHECK (length(public_key) = 64),
    revoked BIGINT NOT NULL CHECK (revoked IN (0, 1))
);
