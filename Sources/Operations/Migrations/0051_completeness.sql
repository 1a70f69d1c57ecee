-- What a terminal reported complete, with the moment from which the claim speaks: its own enrolment, or 0 for a box that reports through others and for files, which
-- speak for every day before. Enrolling again begins a new claim and leaves the older ones as they are.
CREATE TABLE watermark_claim (
    terminal BIGINT NOT NULL REFERENCES terminal (num),
    since_at BIGINT NOT NULL,
    through_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (terminal, since_at)
);

INSERT INTO watermark_claim (terminal, since_at, through_at, received_at)
SELECT w.terminal, CASE WHEN n.enrolled_at IS NULL OR w.received_at < n.enrolled_at THEN 0 ELSE n.enrolled_at END, w.through_at, w.received_at
FROM watermark w JOIN terminal t ON t.num = w.terminal LEFT JOIN node n ON n.id = t.id;

DROP TABLE watermark;

-- A void takes out everything that a terminal said of some days, or only that its reports of these days are complete.
ALTER TABLE fact_void ADD COLUMN kind TEXT NOT NULL DEFAULT 'facts' CHECK (kind IN ('facts', 'completeness'));
