-- The newest order to stop the screens, or to let them go on, as it was signed.
CREATE TABLE stop_order (
    only_one BIGINT NOT NULL PRIMARY KEY CHECK (only_one = 1),
    version BIGINT NOT NULL,
    body BYTEA NOT NULL,
    given_at BIGINT NOT NULL
);
