-- Terminals' facts travelled on under the edge's own name; now their batches do, as the terminals signed them. What an edge held, its terminals still have: they offer it again.
DELETE FROM node_record WHERE record_key LIKE 'relay/%';
