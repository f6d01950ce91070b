"""The tables of a member's database: all that they write, and what follows from it.

Released migrations never change.
"""

from sqlite_utils import Database, Migrations

member = Migrations("member")


@member()
def revisions_and_heads(db: Database) -> None:
    """Everything a member writes (storage-and-sync: one unit, the revision)."""
    db.execute("""
        CREATE TABLE revision (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            rev_id TEXT NOT NULL UNIQUE,
            record TEXT NOT NULL,
            kind TEXT NOT NULL,
            parent TEXT,
            clock INTEGER NOT NULL,
            device TEXT NOT NULL,
            op TEXT NOT NULL CHECK (op IN ('put', 'del', 'purge')),
            schema INTEGER NOT NULL,
            body TEXT
        ) STRICT
    """)
    db.execute("CREATE INDEX revision_record ON revision (record, clock)")
    db.execute("CREATE INDEX revision_clock ON revision (clock)")
    db.execute("""
        CREATE INDEX revision_answers ON revision (body ->> '$.answers')
        WHERE kind = 'message' AND body ->> '$.answers' IS NOT NULL
    """)
    db.execute("""
        CREATE TABLE head (
            record TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            rev_id TEXT NOT NULL REFERENCES revision (rev_id),
            clock INTEGER NOT NULL,
            device TEXT NOT NULL,
            op TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("CREATE INDEX head_kind_clock ON head (kind, clock)")


@member()
def sync_epoch(db: Database) -> None:
    """A cursor counts within an epoch; a restored backup begins a new one."""
    db.execute("""
        CREATE TABLE sync_state (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            epoch TEXT NOT NULL
        ) STRICT
    """)
    db.execute("INSERT INTO sync_state (only, epoch) VALUES (1, lower(hex(randomblob(16))))")


@member()
def leaves(db: Database) -> None:
    """Which revisions others were made on. A trigger, so that an older release keeps it true too."""
    db.execute("ALTER TABLE revision ADD COLUMN settles TEXT")
    db.execute("CREATE TABLE superseded (rev_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
    db.execute("INSERT OR IGNORE INTO superseded SELECT parent FROM revision WHERE parent NOT NULL")
    db.execute("""
        CREATE TRIGGER revision_supersedes AFTER INSERT ON revision
        WHEN NEW.parent IS NOT NULL
        BEGIN
            INSERT OR IGNORE INTO superseded (rev_id) VALUES (NEW.parent);
        END
    """)
    db.execute("""
        CREATE TRIGGER revision_settles AFTER INSERT ON revision
        WHEN NEW.settles IS NOT NULL
        BEGIN
            INSERT OR IGNORE INTO superseded (rev_id) SELECT value FROM json_each(NEW.settles);
        END
    """)


@member()
def listing_and_search(db: Database) -> None:
    """What lists and finds records: follows from the heads and can be made anew from them."""
    db.execute("""
        CREATE TABLE listing (
            record TEXT PRIMARY KEY,
            place INTEGER NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            op TEXT NOT NULL,
            day TEXT,
            mood INTEGER,
            state TEXT,
            goal TEXT
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("CREATE INDEX listing_kind ON listing (kind, op, place)")
    db.execute("CREATE INDEX listing_day ON listing (kind, op, substr(day, 6), day)")
    db.execute("""
        CREATE TABLE tag (
            tag TEXT NOT NULL,
            place INTEGER NOT NULL,
            PRIMARY KEY (tag, place)
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("CREATE INDEX tag_place ON tag (place)")
    db.execute("""
        CREATE VIRTUAL TABLE search USING fts5 (
            text, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
        )
    """)
    db.execute("INSERT INTO search (search, rank) VALUES ('secure-delete', 1)")
    db.execute("""
        CREATE TABLE listing_state (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            version INTEGER NOT NULL
        ) STRICT
    """)
    db.execute("INSERT INTO listing_state (only, version) VALUES (1, 0)")


@member()
def attachments(db: Database) -> None:
    """What is known of photos and recordings; their bytes lie in files beside (decision 008)."""
    # received and chunks say how much of an upload is on the disk, kept_size what is left of it
    # without its metadata. touched_at is in milliseconds since 1970.
    db.execute("""
        CREATE TABLE attachment (
            id TEXT PRIMARY KEY,
            type TEXT NOT NULL,
            size INTEGER NOT NULL,
            received INTEGER NOT NULL DEFAULT 0,
            chunks INTEGER NOT NULL DEFAULT 0,
            state TEXT NOT NULL DEFAULT 'uploading' CHECK (state IN ('uploading', 'kept')),
            kept_size INTEGER NOT NULL DEFAULT 0,
            touched_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
    """)


@member()
def search_without_secure_delete(db: Database) -> None:
    """FTS5's secure-delete breaks its own index (SQLite 3.53.4: DELETE, then integrity-check)."""
    db.execute("INSERT INTO search (search, rank) VALUES ('secure-delete', 0)")
    db.execute("INSERT INTO search (search) VALUES ('rebuild')")
    # Whether the index still has words that were erased (listing.forget_words).
    db.execute("ALTER TABLE listing_state ADD COLUMN words_left INTEGER NOT NULL DEFAULT 0")


@member()
def cloud_copy(db: Database) -> None:
    """The member's account in the cloud, and how far the copy has come."""
    # wish is what the member asked of the worker; it may hold a password, for seconds.
    db.execute("""
        CREATE TABLE cloud_account (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            state TEXT NOT NULL CHECK (state IN ('none', 'confirm_mail', 'linked', 'sign_in')),
            project TEXT,
            mail TEXT,
            access_token TEXT,
            refresh_token TEXT,
            expires_at INTEGER,
            wish TEXT,
            problem TEXT
        ) STRICT
    """)
    # pushed and acknowledged are sequences of this box, pulled and seen (the highest that was heard
    # of) those of the cloud. A new key sends everything once more, so pushed goes back; acknowledged
    # doesn't.
    db.execute("""
        CREATE TABLE cloud_place (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            epoch TEXT,
            pulled INTEGER NOT NULL DEFAULT 0,
            seen INTEGER NOT NULL DEFAULT 0,
            pushed INTEGER NOT NULL DEFAULT 0,
            acknowledged INTEGER NOT NULL DEFAULT 0,
            key_id TEXT,
            retiring TEXT NOT NULL DEFAULT '[]',
            kept TEXT
        ) STRICT
    """)
    db.execute("INSERT INTO cloud_account (only, state) VALUES (1, 'none')")
    db.execute("INSERT INTO cloud_place (only) VALUES (1)")
    # What the cloud refuses for its date, until that has come.
    db.execute("""
        CREATE TABLE cloud_held (
            sequence INTEGER PRIMARY KEY REFERENCES revision (sequence)
        ) STRICT
    """)


@member()
def conversations(db: Database) -> None:
    """The messages of each conversation in their order; the first one has no thread."""
    db.execute("""
        CREATE INDEX revision_thread ON revision (coalesce(body ->> '$.thread', ''), clock)
        WHERE kind = 'message'
    """)


@member()
def recall(db: Database) -> None:
    """What the future self remembers by: passages, their words and vectors, and facts with their time.

    All of it follows from the heads. Triggers take a record out in the transaction that changes it,
    also in an older release; what waits is indexed anew soon after (futureself/recall/index.py).
    """
    # first and last: where in the record's words it lies. vector: int8, scaled to its largest number.
    db.execute("""
        CREATE TABLE memory (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            record TEXT NOT NULL,
            kind TEXT NOT NULL,
            day TEXT NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            weight REAL NOT NULL,
            vector BLOB
        ) STRICT
    """)
    db.execute("CREATE INDEX memory_record ON memory (record)")
    db.execute("CREATE INDEX memory_day ON memory (day)")
    db.execute("CREATE INDEX memory_unread ON memory (id) WHERE vector IS NULL")
    db.execute("""
        CREATE VIRTUAL TABLE memory_words USING fts5 (
            stems, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2"
        )
    """)
    db.execute("CREATE VIRTUAL TABLE memory_vocabulary USING fts5vocab ('memory_words', 'row')")
    db.execute("""
        CREATE TABLE fact (
            id INTEGER PRIMARY KEY,
            record TEXT NOT NULL,
            relation TEXT NOT NULL,
            object TEXT NOT NULL,
            valid_from TEXT NOT NULL
        ) STRICT
    """)
    db.execute("CREATE INDEX fact_record ON fact (record)")
    db.execute("CREATE INDEX fact_relation ON fact (relation, valid_from)")
    db.execute("CREATE TABLE memory_waiting (record TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
    db.execute("""
        CREATE TABLE memory_model (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            name TEXT NOT NULL,
            dimensions INTEGER NOT NULL
        ) STRICT
    """)
    # No OR IGNORE: the policy of the statement that fires a trigger goes before its own, and that of an
    # upsert is to abort (sqlite.org/lang_createtrigger.html).
    for event in ("INSERT", "UPDATE"):
        db.execute(f"""
            CREATE TRIGGER head_forgotten_{event.lower()} AFTER {event} ON head
            BEGIN
                DELETE FROM memory_words
                WHERE rowid IN (SELECT id FROM memory WHERE record = NEW.record);
                DELETE FROM memory WHERE record = NEW.record;
                DELETE FROM fact WHERE record = NEW.record;
                INSERT INTO memory_waiting (record) SELECT NEW.record
                WHERE NOT EXISTS (SELECT 1 FROM memory_waiting WHERE record = NEW.record);
            END
        """)  # noqa: S608 (the words above)
    db.execute("INSERT INTO memory_waiting (record) SELECT record FROM head WHERE op = 'put'")


@member()
def summaries(db: Database) -> None:
    """Old conversation in short, and the messages of which each piece tells.

    Triggers take a piece away in the transaction that changes or erases one of its messages, also in
    an older release; it is told anew soon after (futureself/summaries).
    """
    # first and last are clocks; thread is empty for the first conversation.
    db.execute("""
        CREATE TABLE summary (
            id INTEGER PRIMARY KEY,
            thread TEXT NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            day TEXT NOT NULL,
            text TEXT NOT NULL
        ) STRICT
    """)
    db.execute("CREATE INDEX summary_thread ON summary (thread, last)")
    db.execute("""
        CREATE TABLE summary_source (
            record TEXT NOT NULL,
            summary INTEGER NOT NULL,
            PRIMARY KEY (record, summary)
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("CREATE INDEX summary_source_summary ON summary_source (summary)")
    for event in ("INSERT", "UPDATE"):
        db.execute(f"""
            CREATE TRIGGER head_untold_{event.lower()} AFTER {event} ON head
            WHEN NEW.kind = 'message'
            BEGIN
                DELETE FROM summary
                WHERE id IN (SELECT summary FROM summary_source WHERE record = NEW.record);
            END
        """)  # noqa: S608 (the words above)
    db.execute("""
        CREATE TRIGGER summary_without_sources AFTER DELETE ON summary
        BEGIN
            DELETE FROM summary_source WHERE summary = OLD.id;
        END
    """)


@member()
def time_spent(db: Database) -> None:
    """How long the member was here by week, the sitting that goes on, and the day of the last check-in."""
    db.execute("""
        CREATE TABLE time_spent (week TEXT PRIMARY KEY, milliseconds INTEGER NOT NULL)
        STRICT, WITHOUT ROWID
    """)
    db.execute("""
        CREATE TABLE sitting (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            began_ms INTEGER NOT NULL,
            seen_ms INTEGER NOT NULL,
            told_ms INTEGER NOT NULL,
            suggested INTEGER NOT NULL
        ) STRICT
    """)
    db.execute("""
        CREATE TABLE checked_in (only INTEGER PRIMARY KEY CHECK (only = 1), day TEXT NOT NULL)
        STRICT
    """)


@member()
def sealed_letters(db: Database) -> None:
    """What waits to be remembered until a day (futureself/recall/index.py)."""
    db.execute("""
        CREATE TABLE memory_sealed (record TEXT PRIMARY KEY, until TEXT NOT NULL)
        STRICT, WITHOUT ROWID
    """)
    # Fires the triggers of `recall`: what was remembered too early waits anew.
    db.execute("UPDATE head SET op = op WHERE kind = 'letter'")


@member()
def care_of_what_is_written(db: Database) -> None:
    """How far care has read what the member wrote; it begins with what comes after this release."""
    db.execute("""
        CREATE TABLE care_place (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            sequence INTEGER NOT NULL
        ) STRICT
    """)
    db.execute("""
        INSERT INTO care_place (only, sequence) SELECT 1, coalesce(max(sequence), 0) FROM revision
    """)
