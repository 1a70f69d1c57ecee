-- Whether a terminal can play: ten seconds of a courseware, tried once a night and when somebody asks.
CREATE TABLE test_play (
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    boot BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    day BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('played', 'nothing_complete', 'not_verified', 'not_decoded', 'no_page', 'disk', 'clock')),
    courseware TEXT NOT NULL,
    -- Whether it shows that the terminal cannot play.
    failure BIGINT NOT NULL CHECK (failure IN (0, 1)),
    source BIGINT NOT NULL REFERENCES fact_source (num),
    PRIMARY KEY (terminal, boot, sequence)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX test_play_day ON test_play (day, terminal);
CREATE INDEX test_play_failure ON test_play (day, terminal) WHERE failure = 1;

-- How a run of a terminal's program ended, told at its next start.
CREATE TABLE terminal_stop (
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    boot BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    back_at BIGINT NOT NULL,
    clean BIGINT NOT NULL CHECK (clean IN (0, 1)),
    source BIGINT NOT NULL REFERENCES fact_source (num),
    PRIMARY KEY (terminal, boot)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX terminal_stop_back ON terminal_stop (back_at, terminal);

-- The minutes of a local day in which an edge heard a terminal.
CREATE TABLE contact (
    day BIGINT NOT NULL,
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    edge TEXT NOT NULL,
    minutes BYTEA NOT NULL,
    PRIMARY KEY (day, terminal, edge)
) /*sqlite: WITHOUT ROWID */;

-- When a signed request of a node was last answered by the centre, by itself or in an envelope. Not to the instant: it is noted now and then.
CREATE TABLE node_contact (
    node TEXT NOT NULL PRIMARY KEY,
    heard_at BIGINT NOT NULL
);

-- Somebody asked for a test play; the terminal hears of it with its next receipt.
CREATE TABLE test_request (
    terminal BIGINT NOT NULL PRIMARY KEY REFERENCES terminal (num),
    asked_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL
);
