"""What the box counts about itself, in Prometheus's terms.

Numbers only: no label names a member, a device or a conversation, and nothing said is ever in one. They
live in memory and begin again with the process.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()
"""Our own, so that a library's metrics don't get in unasked."""

FIRST_TOKEN = Histogram(
    "futureself_first_token_seconds",
    "Time from asking for an answer to its first words, the wait in line included.",
    buckets=(0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60),
    registry=registry,
)
GAP = Histogram(
    "futureself_gap_seconds",
    "Time between words of an answer that follow each other.",
    buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
    registry=registry,
)
ANSWERS = Counter(
    "futureself_answers",
    "Answers that came to an end, by how: stop, length, an error's code, or cancelled.",
    ["outcome"],
    registry=registry,
)
RUNNING = Gauge(
    "futureself_answers_running",
    "Answers that are asked for now, waiting or coming.",
    registry=registry,
)
PROMPT_TOKENS = Counter("futureself_prompt_tokens", "Tokens of prompts.", registry=registry)
CACHED_TOKENS = Counter(
    "futureself_cached_tokens",
    "Tokens of prompts that were not read again, thanks to the prefix cache.",
    registry=registry,
)
ANSWER_TOKENS = Counter("futureself_answer_tokens", "Tokens of answers.", registry=registry)
PHONES = Gauge("futureself_phones_connected", "Devices that are connected now.", registry=registry)
DISK_FREE = Gauge(
    "futureself_disk_free_bytes", "Free bytes on the data folder's disk.", registry=registry
)
DISK_SIZE = Gauge(
    "futureself_disk_size_bytes", "Size of the data folder's disk.", registry=registry
)
MEMORY = Gauge(
    "futureself_box_memory_bytes", "Resident memory of the box process.", registry=registry
)
MACHINE_MEMORY_FREE = Gauge(
    "futureself_machine_memory_free_bytes",
    "Memory of the machine that programs can still have.",
    registry=registry,
)
MODEL_READY = Gauge(
    "futureself_model_ready", "1 where the model can answer, else 0.", registry=registry
)
JOBS = Gauge("futureself_jobs", "Jobs of the worker, by state.", ["state"], registry=registry)
BACKUP = Gauge(
    "futureself_last_good_backup_timestamp_seconds",
    "When a backup last went well, in seconds since 1970; 0 for never.",
    registry=registry,
)
CLOUD_WAITING = Gauge(
    "futureself_cloud_waiting_revisions",
    "Revisions that were not in the cloud after the last round, of all copies together.",
    registry=registry,
)
CLOUD_STUCK = Gauge(
    "futureself_cloud_stuck_copies",
    "Copies in the cloud whose last round failed.",
    registry=registry,
)
CLOCK_PLAUSIBLE = Gauge(
    "futureself_clock_plausible", "1 where the clock can be believed, else 0.", registry=registry
)
