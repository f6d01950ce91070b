-- The cloud copy of Future Self Box.
--
-- The cloud orders and stores; it can read nothing and checks nothing that it can't. Every name is an
-- HMAC cut to 128 bits, what a row says is AES-GCM under a key that never comes here.
--
-- A row is written once. Nobody has a right to insert, update or delete, not even the member's own
-- client: writing goes through the functions below, which run as their owner and look at auth.uid().
-- Reading goes under row level security.

CREATE SCHEMA futureself;
REVOKE ALL ON SCHEMA futureself FROM PUBLIC, anon;
GRANT USAGE ON SCHEMA futureself TO authenticated;

CREATE TABLE futureself.member (
    member_id uuid PRIMARY KEY REFERENCES auth.users (id) ON DELETE CASCADE,
    -- Counted up under a lock on this row: a sequence would show rows out of the order of commits.
    seq bigint NOT NULL DEFAULT 0,
    -- What cursors count in. Another one makes every box begin anew.
    epoch uuid NOT NULL DEFAULT gen_random_uuid(),
    -- The oldest form of rows that may still be written.
    min_schema integer NOT NULL DEFAULT 1,
    -- The member's key, wrapped for the recovery sheet; and who the member is, encrypted.
    keys text CHECK (octet_length(keys) <= 65536),
    profile text CHECK (octet_length(profile) <= 4096)
);

CREATE TABLE futureself.revision (
    member_id uuid NOT NULL REFERENCES futureself.member ON DELETE CASCADE,
    seq bigint NOT NULL,
    rev uuid NOT NULL,
    record uuid NOT NULL,
    kind uuid NOT NULL,
    parent uuid,
    device uuid NOT NULL,
    clock bigint NOT NULL,
    -- Whether it erases its record: then the bodies of all of the record's revisions are gone.
    erases boolean NOT NULL,
    key_id text NOT NULL CHECK (key_id ~ '^[0-9a-f]{16}$'),
    envelope bytea NOT NULL CHECK (octet_length(envelope) <= 65536),
    body bytea CHECK (octet_length(body) <= 1048576),
    PRIMARY KEY (member_id, seq),
    UNIQUE (member_id, rev),
    CHECK (NOT erases OR body IS NULL)
);
CREATE INDEX revision_record ON futureself.revision (member_id, record);

ALTER TABLE futureself.member ENABLE ROW LEVEL SECURITY;
ALTER TABLE futureself.revision ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON futureself.member FOR SELECT TO authenticated
    USING (member_id = (SELECT auth.uid()));
CREATE POLICY own ON futureself.revision FOR SELECT TO authenticated
    USING (member_id = (SELECT auth.uid()));
REVOKE ALL ON ALL TABLES IN SCHEMA futureself FROM PUBLIC, anon, authenticated;
GRANT SELECT ON futureself.member, futureself.revision TO authenticated;

-- Who asks; nobody else gets further.
CREATE FUNCTION futureself.who_asks() RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = '' AS $$
BEGIN
    IF auth.uid() IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'sign in first';
    END IF;
    RETURN auth.uid();
END $$;

-- Whether a cursor still means what it did; a project that was restored has fewer rows.
CREATE FUNCTION futureself.check_place(p_here futureself.member, p_cursor bigint, p_epoch uuid)
RETURNS void LANGUAGE plpgsql STABLE SET search_path = '' AS $$
BEGIN
    IF p_epoch IS NOT NULL
        AND (p_here.epoch IS DISTINCT FROM p_epoch OR p_cursor > p_here.seq) THEN
        RAISE SQLSTATE 'PT410' USING MESSAGE = 'another epoch', HINT = 'begin anew';
    END IF;
END $$;

-- Takes up to 500 revisions in, all or none. What is there already is only answered. Where the cursor
-- is of another epoch, or of rows that are no more, the box has to begin anew.
-- Answers {acks: [{rev, seq}], head, epoch}.
CREATE FUNCTION public.futureself_push(
    p_schema integer, p_cursor bigint, p_epoch uuid, p_changes jsonb
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    me uuid := futureself.who_asks();
    here futureself.member;
    -- Only the first machine that takes a revision in may move its clock, so a wrong one is refused.
    latest bigint := ((extract(epoch FROM clock_timestamp()) * 1000)::bigint + 86400000) << 16;
    ahead jsonb;
    added bigint;
BEGIN
    IF jsonb_array_length(p_changes) > 500 THEN
        RAISE SQLSTATE 'PT413' USING MESSAGE = 'more than 500 revisions';
    END IF;
    INSERT INTO futureself.member (member_id) VALUES (me) ON CONFLICT DO NOTHING;
    SELECT * INTO here FROM futureself.member WHERE member_id = me FOR UPDATE;
    IF p_schema < here.min_schema THEN
        RAISE SQLSTATE 'PT426' USING
            MESSAGE = 'this form is no longer taken', HINT = here.min_schema::text;
    END IF;
    PERFORM futureself.check_place(here, p_cursor, p_epoch);
    SELECT jsonb_agg(change -> 'rev') INTO ahead FROM jsonb_array_elements(p_changes) AS change
    WHERE (change ->> 'clock')::bigint > latest;
    IF ahead IS NOT NULL THEN
        RAISE SQLSTATE 'PT422' USING MESSAGE = 'more than a day ahead', DETAIL = ahead::text;
    END IF;
    WITH sent AS (
        SELECT DISTINCT ON (rev) *
        FROM ROWS FROM (jsonb_to_recordset(p_changes) AS (
            rev uuid, record uuid, kind uuid, parent uuid, device uuid, clock bigint,
            erases boolean, key_id text, envelope text, body text
        )) WITH ORDINALITY AS change (
            rev, record, kind, parent, device, clock, erases, key_id, envelope, body, place
        )
        ORDER BY rev, place
    )
    INSERT INTO futureself.revision (
        member_id, seq, rev, record, kind, parent, device, clock, erases, key_id, envelope, body
    )
    SELECT me, here.seq + row_number() OVER (ORDER BY place), rev, record, kind, parent, device,
        clock, erases, key_id, decode(envelope, 'base64'), decode(body, 'base64')
    FROM sent
    WHERE NOT EXISTS (
        SELECT FROM futureself.revision AS known WHERE known.member_id = me AND known.rev = sent.rev
    );
    GET DIAGNOSTICS added = ROW_COUNT;
    UPDATE futureself.member SET seq = here.seq + added WHERE member_id = me;
    -- Also what comes after the revision that erases.
    UPDATE futureself.revision AS erased SET body = NULL
    WHERE erased.member_id = me AND erased.body IS NOT NULL AND erased.record IN (
        SELECT erasing.record FROM futureself.revision AS erasing
        WHERE erasing.member_id = me AND erasing.erases AND erasing.record IN (
            SELECT (change ->> 'record')::uuid FROM jsonb_array_elements(p_changes) AS change
        )
    );
    RETURN jsonb_build_object(
        'acks', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('rev', rev, 'seq', seq)), '[]')
            FROM futureself.revision
            WHERE member_id = me AND rev IN (
                SELECT (change ->> 'rev')::uuid FROM jsonb_array_elements(p_changes) AS change
            )
        ),
        'head', here.seq + added,
        'epoch', here.epoch
    );
END $$;

-- Reads on from a cursor, at most 500 revisions and about 2 MB. `erasing` holds the revisions that
-- erased what has no body in this page, wherever they stand, so that a reader knows that rightly so.
-- Answers {changes, erasing, cursor, head, more, epoch, keys}, the last a digest of what is wrapped.
CREATE FUNCTION public.futureself_pull(
    p_cursor bigint, p_epoch uuid DEFAULT NULL, p_limit integer DEFAULT 500
) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = '' AS $$
DECLARE
    me uuid := futureself.who_asks();
    here futureself.member;
    page futureself.revision[];
    last bigint;
BEGIN
    SELECT * INTO here FROM futureself.member WHERE member_id = me;
    PERFORM futureself.check_place(here, p_cursor, p_epoch);
    SELECT array_agg(sized.row ORDER BY (sized.row).seq), max((sized.row).seq) INTO page, last
    FROM (
        SELECT row, sum(octet_length(row.envelope) + coalesce(octet_length(row.body), 0))
            OVER (ORDER BY row.seq) AS size, row_number() OVER (ORDER BY row.seq) AS place
        FROM (
            SELECT * FROM futureself.revision WHERE member_id = me AND seq > p_cursor
            ORDER BY seq LIMIT least(greatest(p_limit, 1), 500)
        ) AS row
    ) AS sized
    WHERE sized.size <= 2000000 OR sized.place = 1;
    RETURN jsonb_build_object(
        'changes', futureself.as_json(page),
        'erasing', futureself.as_json(ARRAY(
            SELECT erasing FROM futureself.revision AS erasing
            WHERE erasing.member_id = me AND erasing.erases AND erasing.record IN (
                SELECT record FROM unnest(page) WHERE body IS NULL
            )
        )),
        'cursor', coalesce(last, p_cursor),
        'head', coalesce(here.seq, 0),
        'more', EXISTS (
            SELECT FROM futureself.revision WHERE member_id = me AND seq > coalesce(last, p_cursor)
        ),
        'epoch', here.epoch,
        'keys', encode(sha256(convert_to(here.keys || here.profile, 'UTF8')), 'hex')
    );
END $$;

CREATE FUNCTION futureself.as_json(p_rows futureself.revision[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'rev', rev, 'record', record, 'kind', kind, 'parent', parent, 'device', device,
        'clock', clock, 'erases', erases, 'key_id', key_id,
        'envelope', translate(encode(envelope, 'base64'), E'\n', ''),
        'body', translate(encode(body, 'base64'), E'\n', '')
    ) ORDER BY seq), '[]')
    FROM unnest(p_rows)
$$;

-- Keeps the member's key, wrapped for the recovery sheet, and who they are, encrypted.
CREATE FUNCTION public.futureself_keep_keys(p_keys text, p_profile text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    me uuid := futureself.who_asks();
BEGIN
    INSERT INTO futureself.member (member_id, keys, profile) VALUES (me, p_keys, p_profile)
    ON CONFLICT (member_id) DO UPDATE SET keys = excluded.keys, profile = excluded.profile;
END $$;

-- Answers {keys, profile}, or null where there is no copy.
CREATE FUNCTION public.futureself_read_keys() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = '' AS $$
DECLARE
    me uuid := futureself.who_asks();
BEGIN
    RETURN (
        SELECT jsonb_build_object('keys', keys, 'profile', profile)
        FROM futureself.member WHERE member_id = me AND keys IS NOT NULL
    );
END $$;

-- Removes what lies under a key that was replaced, once all of it lies here under the new one.
CREATE FUNCTION public.futureself_forget_key(p_key_id text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    me uuid := futureself.who_asks();
BEGIN
    PERFORM FROM futureself.member WHERE member_id = me FOR UPDATE;
    DELETE FROM futureself.revision WHERE member_id = me AND key_id = p_key_id;
END $$;

-- Erases the whole copy of the member and, where they ask for it, their account.
CREATE FUNCTION public.futureself_erase(p_account boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    me uuid := futureself.who_asks();
BEGIN
    DELETE FROM futureself.member WHERE member_id = me;
    IF p_account THEN
        DELETE FROM auth.users WHERE id = me;
    END IF;
END $$;

-- Supabase grants new functions to everybody (ALTER DEFAULT PRIVILEGES), so that is taken back.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA futureself FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION futureself.who_asks, futureself.check_place, futureself.as_json
    TO authenticated;
REVOKE ALL ON FUNCTION
    public.futureself_push, public.futureself_pull, public.futureself_keep_keys,
    public.futureself_read_keys, public.futureself_forget_key, public.futureself_erase
    FROM PUBLIC, anon, service_role;
GRANT EXECUTE ON FUNCTION
    public.futureself_push, public.futureself_pull, public.futureself_keep_keys,
    public.futureself_read_keys, public.futureself_forget_key, public.futureself_erase
    TO authenticated;
