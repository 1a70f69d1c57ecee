-- A key is one node's: nobody enrols with another's.
CREATE UNIQUE INDEX node_key ON node (public_key);
