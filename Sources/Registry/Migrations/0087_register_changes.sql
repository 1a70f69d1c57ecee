-- What made the rows of the register besides decisions on the tree: what somebody said of a site or a box, a file. The rows name it, and so do those whose place they took.
CREATE TABLE register_change (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('site', 'terminal', 'file')),
    from_day BIGINT NOT NULL,
    until_day BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (length(reason) <= 500),
    document TEXT NOT NULL CHECK (length(document) <= 200),
    actor TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    taken_back_at BIGINT
);
ALTER TABLE area_version ADD COLUMN made_by TEXT;
ALTER TABLE area_version ADD COLUMN replaced_by TEXT;
ALTER TABLE site_version ADD COLUMN made_by TEXT;
ALTER TABLE site_version ADD COLUMN replaced_by TEXT;
-- What says why the site was so, also where the row was cut by something later.
ALTER TABLE site_version ADD COLUMN change_id TEXT;
-- The same of its place, where no decision on the tree put it there.
ALTER TABLE site_version ADD COLUMN placed_by TEXT;
ALTER TABLE site_state ADD COLUMN made_by TEXT;
ALTER TABLE site_state ADD COLUMN replaced_by TEXT;
ALTER TABLE terminal_assignment ADD COLUMN made_by TEXT;
ALTER TABLE terminal_assignment ADD COLUMN replaced_by TEXT;
CREATE INDEX area_version_made ON area_version (made_by) WHERE made_by IS NOT NULL;
CREATE INDEX area_version_replaced ON area_version (replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX site_version_made ON site_version (made_by) WHERE made_by IS NOT NULL;
CREATE INDEX site_version_replaced ON site_version (replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX site_state_made ON site_state (made_by) WHERE made_by IS NOT NULL;
CREATE INDEX site_state_replaced ON site_state (replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX terminal_assignment_made ON terminal_assignment (made_by) WHERE made_by IS NOT NULL;
CREATE INDEX terminal_assignment_replaced ON terminal_assignment (replaced_by) WHERE replaced_by IS NOT NULL;

-- The days that rows had before a file shortened or lengthened them.
CREATE TABLE register_cut (
    change_id TEXT NOT NULL REFERENCES register_change (id),
    row_id TEXT NOT NULL,
    from_day BIGINT NOT NULL,
    until_day BIGINT NOT NULL,
    PRIMARY KEY (change_id, row_id)
);

-- A decision on the tree that was taken back: when, by whom, why; the nodes that it gave another area.
ALTER TABLE area_decision ADD COLUMN taken_back_at BIGINT;
ALTER TABLE area_decision ADD COLUMN taken_back_by TEXT NOT NULL DEFAULT '';
ALTER TABLE area_decision ADD COLUMN taken_back_for TEXT NOT NULL DEFAULT '';
ALTER TABLE area_decision ADD COLUMN moved_nodes TEXT NOT NULL DEFAULT '';
-- The file that it came by, with which it is taken back.
ALTER TABLE area_decision ADD COLUMN made_by TEXT;
