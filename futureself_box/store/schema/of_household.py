"""The tables of `household.db`: no member's words. Released migrations never change."""

from sqlite_utils import Database, Migrations

household = Migrations("household")


@household()
def members_and_devices(db: Database) -> None:
    """Who lives here and what they connect with."""
    db.execute("""
        CREATE TABLE member (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('owner', 'adult')),
            created_at TEXT NOT NULL
        ) STRICT
    """)
    # token_hash is NULL once revoked: a removed device leaves its name, never a way in.
    db.execute("""
        CREATE TABLE device (
            id TEXT PRIMARY KEY,
            member TEXT NOT NULL REFERENCES member (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            token_hash BLOB UNIQUE,
            created_at TEXT NOT NULL,
            last_seen TEXT,
            revoked_at TEXT,
            CHECK ((token_hash IS NULL) = (revoked_at IS NOT NULL))
        ) STRICT
    """)


@household()
def children_and_the_network(db: Database) -> None:
    """Children, the box's name and certificates, the recovery sheet, and members who lost phones."""
    # A column, not a third role: the release before can still read the table (decision 005).
    db.execute("ALTER TABLE member ADD COLUMN child INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE member ADD COLUMN birth_year INTEGER")
    # Set while a member is being erased, so that a box killed in between finishes it.
    db.execute("ALTER TABLE member ADD COLUMN removed_at TEXT")
    # What the box is on the network. Private keys lie here and nowhere else; PEM.
    db.execute("""
        CREATE TABLE identity (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            id TEXT NOT NULL,
            authority TEXT NOT NULL,
            authority_key TEXT NOT NULL,
            leaf TEXT NOT NULL,
            leaf_key TEXT NOT NULL
        ) STRICT
    """)
    db.execute("""
        CREATE TABLE sheet (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            id TEXT NOT NULL,
            public_key BLOB NOT NULL,
            proven_at TEXT NOT NULL
        ) STRICT
    """)
    db.execute("""
        CREATE TABLE rescue (
            member TEXT PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
            asked_by TEXT NOT NULL,
            asked_at TEXT NOT NULL,
            ready_at TEXT NOT NULL,
            used_at TEXT
        ) STRICT
    """)


@household()
def jobs_and_backups(db: Database) -> None:
    """Work that must happen, and how the household's backups went."""
    db.execute("""
        CREATE TABLE job (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            key TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
            attempts INTEGER NOT NULL DEFAULT 0,
            not_before INTEGER NOT NULL,
            lease_until INTEGER,
            error TEXT
        ) STRICT
    """)
    db.execute("CREATE INDEX job_open ON job (not_before) WHERE state IN ('waiting', 'running')")
    db.execute("""
        CREATE TABLE backup_outcome (
            kind TEXT PRIMARY KEY,
            at TEXT NOT NULL,
            good_at TEXT,
            name TEXT,
            problem TEXT
        ) STRICT
    """)


@household()
def cloud_copies(db: Database) -> None:
    """Whose words go to the cloud, how it went, and which copies are still to be erased."""
    db.execute("ALTER TABLE member ADD COLUMN cloud_allowed INTEGER NOT NULL DEFAULT 0")
    db.execute("""
        CREATE TABLE cloud_outcome (
            member TEXT PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
            at TEXT NOT NULL,
            good_at TEXT,
            waiting INTEGER NOT NULL DEFAULT 0,
            code TEXT,
            problem TEXT
        ) STRICT, WITHOUT ROWID
    """)
    # The session of a member who has left; their own database is gone.
    db.execute("""
        CREATE TABLE cloud_erasure (
            member TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            project TEXT NOT NULL,
            refresh_token TEXT NOT NULL,
            problem TEXT
        ) STRICT, WITHOUT ROWID
    """)


@household()
def country_of_the_helplines(db: Database) -> None:
    """Whose helplines the household is shown; ISO 3166, chosen by the owner."""
    db.execute("""
        CREATE TABLE care_region (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            region TEXT NOT NULL
        ) STRICT
    """)


@household()
def progress_of_jobs(db: Database) -> None:
    """How far a long job is, in steps of its own."""
    db.execute("ALTER TABLE job ADD COLUMN progress INTEGER NOT NULL DEFAULT 0")


@household()
def week(db: Database) -> None:
    """The box's own numbers of the last seven days; nobody's words and no names."""
    db.execute("""
        CREATE TABLE week (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, figures TEXT NOT NULL)
        STRICT
    """)


@household()
def quiet_hours(db: Database) -> None:
    """When the future self of a child rests; times of the household's day."""
    db.execute("""
        CREATE TABLE quiet_hours (
            member TEXT PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
            begins TEXT NOT NULL,
            ends TEXT NOT NULL
        ) STRICT
    """)
