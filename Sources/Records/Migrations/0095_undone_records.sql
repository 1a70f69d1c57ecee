-- What each row of a file made or changed, so that the file can be taken back: before is empty for what it made.
CREATE TABLE import_row (
    import_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    record_id TEXT NOT NULL,
    before_text TEXT NOT NULL,
    after_text TEXT NOT NULL,
    PRIMARY KEY (import_id, line)
) /*sqlite: WITHOUT ROWID */;
ALTER TABLE import_file ADD COLUMN undo_state TEXT NOT NULL DEFAULT '';
-- Why it could not be taken back when somebody asked for that.
ALTER TABLE import_file ADD COLUMN undo_refusal TEXT NOT NULL DEFAULT '';
