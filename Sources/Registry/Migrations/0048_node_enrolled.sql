-- Who joined in a month: completeness speaks for no day before.
CREATE INDEX node_enrolled ON node (enrolled_at);
