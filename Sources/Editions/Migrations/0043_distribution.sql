-- To whom an edition was sent, and who confirmed that it arrived.
CREATE TABLE edition_recipient (
    edition TEXT NOT NULL REFERENCES edition (id),
    area_id TEXT NOT NULL REFERENCES area (id),
    sent_at BIGINT NOT NULL,
    received_by TEXT NOT NULL,
    received_at BIGINT,
    reminders BIGINT NOT NULL,
    reminded_at BIGINT,
    PRIMARY KEY (edition, area_id)
);
CREATE INDEX edition_recipient_area ON edition_recipient (area_id);
