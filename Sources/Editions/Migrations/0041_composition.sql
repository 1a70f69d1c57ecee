-- PDF, DOCX and XLSX of an edition; empty for editions of format 1, which have none.
ALTER TABLE edition ADD COLUMN pdf_hash TEXT NOT NULL DEFAULT '' CHECK (length(pdf_hash) IN (0, 64));
ALTER TABLE edition ADD COLUMN docx_hash TEXT NOT NULL DEFAULT '' CHECK (length(docx_hash) IN (0, 64));
ALTER TABLE edition ADD COLUMN xlsx_hash TEXT NOT NULL DEFAULT '' CHECK (length(xlsx_hash) IN (0, 64));

-- Which sections a bulletin has, in which order. A month without rows takes those of the last month before it.
CREATE TABLE bulletin_section (
    area_id TEXT NOT NULL REFERENCES area (id),
    month TEXT NOT NULL CHECK (length(month) = 7),
    section TEXT NOT NULL CHECK (length(section) BETWEEN 1 AND 64),
    place BIGINT NOT NULL,
    included BIGINT NOT NULL CHECK (included IN (0, 1)),
    PRIMARY KEY (area_id, month, section)
);

-- A sentence that an editor wrote in place of the one that writes itself; empty when it is left out. `against` is what the sentence said by itself then.
CREATE TABLE bulletin_sentence (
    area_id TEXT NOT NULL REFERENCES area (id),
    month TEXT NOT NULL CHECK (length(month) = 7),
    language TEXT NOT NULL CHECK (language IN ('zh-Hans', 'en')),
    section TEXT NOT NULL CHECK (length(section) BETWEEN 1 AND 64),
    sentence TEXT NOT NULL CHECK (length(sentence) BETWEEN 1 AND 64),
    content TEXT NOT NULL CHECK (length(content) <= 2000),
    against TEXT NOT NULL CHECK (length(against) <= 4000),
    edited_by TEXT NOT NULL,
    edited_at BIGINT NOT NULL,
    PRIMARY KEY (area_id, month, language, section, sentence)
);
