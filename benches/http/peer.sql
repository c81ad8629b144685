-- What the peers need in the database: the members of segments as rows, for they can't read sets,
-- and for PostGraphile a function that begins a page past a name and a key.
CREATE SCHEMA IF NOT EXISTS peer;

CREATE TABLE IF NOT EXISTS peer.segment_member (
    contact_id integer NOT NULL,
    segment_id bigint NOT NULL,
    PRIMARY KEY (contact_id, segment_id)
);
CREATE INDEX IF NOT EXISTS segment_member_segment_idx ON peer.segment_member (segment_id, contact_id);

CREATE OR REPLACE FUNCTION peer.contact_page(after_name text, after_id integer)
RETURNS SETOF urval.contact
LANGUAGE sql STABLE
AS $$
    SELECT * FROM urval.contact WHERE (name_fold, id) > (after_name, after_id) ORDER BY name_fold, id
$$;
