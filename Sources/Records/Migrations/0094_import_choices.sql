-- Which headings of a file somebody said to be which columns: of the file, and remembered for the next one of its kind.
ALTER TABLE import_file ADD COLUMN chosen TEXT NOT NULL DEFAULT '';
ALTER TABLE table_import ADD COLUMN chosen TEXT NOT NULL DEFAULT '';
CREATE TABLE import_choice (
    account_id TEXT NOT NULL,
    topic TEXT NOT NULL CHECK (length(topic) <= 60),
    heading TEXT NOT NULL CHECK (length(heading) <= 200),
    column_name TEXT NOT NULL CHECK (length(column_name) <= 60),
    chosen_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, topic, heading)
) /*sqlite: WITHOUT ROWID */;
