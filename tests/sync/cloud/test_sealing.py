"""Nothing that leaves the box tells anything, and nothing that comes back was moved or changed."""

import base64
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from futureself_box.errors import CloudDamaged, CloudKeyUnknown
from futureself_box.records.clock import Clock
from futureself_box.records.revisions import Revision
from futureself_box.store.keys import new_key
from futureself_box.sync.cloud import sealing
from futureself_box.sync.cloud.sealing import CloudKey, Row

KEY = CloudKey("member:x", "0123456789abcdef", new_key())
RING = {KEY.key_id: KEY}


def a_revision(body: str | None = '{"text":"The sea."}', record: UUID | None = None) -> Revision:
    return Revision(
        sequence=1,
        rev_id=uuid4(),
        record=record or uuid4(),
        kind="entry",
        op="put" if body else "del",
        body=body,
        parent=uuid4(),
        settles=(uuid4(),),
        clock=Clock(1 << 56),
        device=str(uuid4()),
        schema=7,
    )


@given(body=st.none() | st.text(min_size=1, max_size=3000))
def test_what_was_sealed_comes_back_as_it_was(body: str | None) -> None:
    revision = a_revision(body)
    opened = sealing.unseal(RING, sealing.seal(KEY, revision))
    back = msgspec.to_builtins(opened.change) | {"device": opened.device, "sequence": 1}
    assert back == msgspec.to_builtins(revision)


def test_no_name_and_no_word_can_be_read() -> None:
    revision = a_revision()
    sent = msgspec.json.encode(sealing.seal(KEY, revision)).decode()
    names = (revision.rev_id, revision.record, revision.parent, *revision.settles, revision.device)
    assert not [name for name in (*map(str, names), "entry", "sea") if name in sent]


def test_names_tell_a_record_s_revisions_together_and_nothing_of_two_records() -> None:
    first = a_revision()
    same = msgspec.structs.replace(first, rev_id=uuid4())
    other = msgspec.structs.replace(first, rev_id=uuid4(), record=uuid4())
    rows = [sealing.seal(KEY, revision) for revision in (first, same, other)]
    assert rows[0].record == rows[1].record
    assert (rows[0].kind, rows[0].device) == (rows[1].kind, rows[1].device)
    assert len({row.kind for row in rows}) == len({row.device for row in rows}) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"rev": uuid4()},
        {"record": uuid4()},
        {"kind": uuid4()},
        {"parent": None},
        {"device": uuid4()},
        {"clock": 1},
        {"erases": True},
        {"envelope": "AAAA"},
        {"envelope": "no base64"},
        {"body": sealing.seal(KEY, a_revision()).body},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_row_that_was_changed_does_not_open(change: dict[str, object]) -> None:
    row = msgspec.structs.replace(sealing.seal(KEY, a_revision()), **change)
    with pytest.raises(CloudDamaged):
        sealing.unseal(RING, row)


def test_envelope_and_body_can_t_take_each_other_s_place() -> None:
    row = sealing.seal(KEY, a_revision())
    swapped = msgspec.structs.replace(row, envelope=row.body, body=row.envelope)
    with pytest.raises(CloudDamaged):
        sealing.unseal(RING, swapped)


def test_a_wrong_key_opens_nothing_and_says_so() -> None:
    row = sealing.seal(KEY, a_revision())
    other = CloudKey("member:x", KEY.key_id, new_key())
    with pytest.raises(CloudDamaged):
        sealing.unseal({KEY.key_id: other}, row)
    with pytest.raises(CloudKeyUnknown):
        sealing.unseal({}, row)


def test_an_erased_body_leaves_the_rest_readable() -> None:
    revision = a_revision()
    row = msgspec.structs.replace(sealing.seal(KEY, revision), body=None)
    opened = sealing.unseal(RING, row)
    assert (opened.change.rev_id, opened.change.body) == (revision.rev_id, None)


def test_sizes_tell_little() -> None:
    def size(row: Row) -> int:
        return len(base64.b64decode(row.body or ""))

    sizes = {size(sealing.seal(KEY, a_revision("x" * length))) for length in range(1, 2000)}
    assert len(sizes) < 50


def test_a_profile_looks_the_same_until_it_changes_and_opens_under_its_key() -> None:
    sealed = sealing.seal_profile(KEY, b"Ada")
    assert sealed == sealing.seal_profile(KEY, b"Ada") != sealing.seal_profile(KEY, b"Eda")
    assert sealing.open_profile(RING, sealed) == b"Ada"
    with pytest.raises(CloudDamaged):
        sealing.open_profile(RING, f"{sealed[:-4]}AAAA")
