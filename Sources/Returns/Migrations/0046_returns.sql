-- What an area typed about its sites without machine data in a month. `revision` counts the changes, so that nobody decides on what he has not seen.
CREATE TABLE monthly_return (
    id TEXT NOT NULL PRIMARY KEY,
    area_id TEXT NOT NULL REFERENCES area (id),
    month TEXT NOT NULL CHECK (length(month) = 7),
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'sent_back', 'approved')),
    stated_share TEXT NOT NULL CHECK (length(stated_share) <= 9),
    revision BIGINT NOT NULL,
    submitted_by TEXT NOT NULL,
    submitted_at BIGINT,
    first_submitted_at BIGINT,
    decided_by TEXT NOT NULL,
    decided_at BIGINT,
    reason TEXT NOT NULL CHECK (length(reason) <= 500),
    UNIQUE (month, area_id)
);

-- A field that is null is not filled in yet.
CREATE TABLE monthly_return_line (
    monthly_return TEXT NOT NULL REFERENCES monthly_return (id),
    site BIGINT NOT NULL REFERENCES site (num),
    on_days BIGINT CHECK (on_days BETWEEN 0 AND 31),
    on_minutes BIGINT CHECK (on_minutes BETWEEN 0 AND 44640),
    sessions BIGINT CHECK (sessions >= 0),
    should_attend BIGINT CHECK (should_attend >= 0),
    attended BIGINT CHECK (attended >= 0),
    remark TEXT NOT NULL CHECK (length(remark) <= 60),
    PRIMARY KEY (monthly_return, site)
);
CREATE INDEX monthly_return_line_site ON monthly_return_line (site);

-- Who did what with a return, and when.
CREATE TABLE monthly_return_step (
    id TEXT NOT NULL PRIMARY KEY,
    monthly_return TEXT NOT NULL REFERENCES monthly_return (id),
    step TEXT NOT NULL CHECK (step IN ('saved', 'submitted', 'sent_back', 'approved')),
    actor TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (length(reason) <= 500)
);
CREATE INDEX monthly_return_step_return ON monthly_return_step (monthly_return, id);
