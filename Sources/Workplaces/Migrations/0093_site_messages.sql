-- What sites told the offices above them, and what these answered.
CREATE TABLE site_message (
    id TEXT NOT NULL PRIMARY KEY,
    site BIGINT NOT NULL,
    topic TEXT NOT NULL CHECK (topic IN ('fault', 'lesson', 'question', 'other')),
    body TEXT NOT NULL CHECK (length(body) <= 1000),
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'withdrawn')),
    answer TEXT NOT NULL CHECK (length(answer) <= 1000),
    answered_by TEXT NOT NULL,
    answered_at BIGINT
);
CREATE INDEX site_message_state ON site_message (state, made_at);
CREATE INDEX site_message_site ON site_message (site);
CREATE INDEX site_message_maker ON site_message (made_by, made_at);
