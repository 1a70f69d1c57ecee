-- An edge's own memory of verdicts is nobody's word any more: it keeps the centre's answers as the centre signed them. What it forgets here, terminals offer again.
DELETE FROM node_record WHERE record_key LIKE 'verdict/%';
