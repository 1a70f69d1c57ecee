-- Orders to stop the screens, or to let them go on, as they were signed; those that no newer one says anew.
CREATE TABLE stop_order (
    version BIGINT NOT NULL,
    areas TEXT NOT NULL,
    body BYTEA NOT NULL,
    given_at BIGINT NOT NULL,
    PRIMARY KEY (version, areas)
);
