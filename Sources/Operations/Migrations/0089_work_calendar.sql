-- Days that are other than usual, and the hours of offices, of an area and all below it.
CREATE TABLE calendar_day (
    id TEXT NOT NULL PRIMARY KEY,
    area_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('holiday', 'make_up')),
    name TEXT NOT NULL CHECK (length(name) <= 60),
    dropped_at BIGINT
);
CREATE INDEX calendar_day_day ON calendar_day (day, area_id);
CREATE TABLE office_hours (
    id TEXT NOT NULL PRIMARY KEY,
    area_id TEXT NOT NULL,
    from_day BIGINT NOT NULL,
    weekdays TEXT NOT NULL CHECK (length(weekdays) <= 100),
    hours TEXT NOT NULL CHECK (length(hours) <= 100)
);
CREATE INDEX office_hours_area ON office_hours (area_id, from_day);
