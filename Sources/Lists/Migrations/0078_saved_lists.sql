-- A list as somebody likes to see it: its filters and columns, under a name.
CREATE TABLE saved_list (
    account_id TEXT NOT NULL REFERENCES account (id),
    path TEXT NOT NULL,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    query TEXT NOT NULL CHECK (length(query) <= 2000),
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, path, name)
);
