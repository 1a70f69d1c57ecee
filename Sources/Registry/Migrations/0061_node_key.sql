-- Whose key it is: nobody enrols with the key of another node that is not revoked. Not unique here, because of boxes that were delivered with one key before this was asked.
CREATE INDEX node_key ON node (public_key);
