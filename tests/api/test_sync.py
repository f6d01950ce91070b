"""A phone's records over its socket: kept once, answered one by one, poked, paged and begun anew."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from futureself_box.api import frames
from futureself_box.api.frames import (
    Error,
    Poke,
    RecordChange,
    RecordsAck,
    RecordsChanges,
    RecordsPull,
    RecordsPush,
)
from futureself_box.bench.running_box import Device, Phone

pytestmark = pytest.mark.timeout(60)

CLOCK = "019b000000000000"


def change(text: str = "Words", **more: Any) -> RecordChange:
    body = {"text": text, "day": "2026-11-24", "written_at": "2026-11-24T21:30:00+01:00"}
    values: dict[str, Any] = {
        "rev_id": uuid4(),
        "record": uuid4(),
        "kind": "entry",
        "op": "put",
        "clock": CLOCK,
        "body": msgspec.Raw(msgspec.json.encode(body)),
    }
    return RecordChange(**values | more)


async def push(phone: Phone, *changes: RecordChange) -> RecordsAck:
    await phone.send(RecordsPush(id="push", changes=changes))
    return await phone.receive_a(RecordsAck)


async def pull(phone: Phone, cursor: int = 0, epoch: str | None = None) -> RecordsChanges:
    await phone.send(RecordsPull(id="pull", cursor=cursor, epoch=epoch))
    return await phone.receive_a(RecordsChanges)


async def test_what_is_pushed_twice_is_kept_once_and_read_by_the_other_phone(
    writer: Device,
) -> None:
    other = await asyncio.to_thread(writer.invite)
    mine = change()
    async with writer.phone() as phone, other.phone() as second:
        first = await push(phone, mine)
        again = await push(phone, mine)
        assert first.acks == again.acks
        poke = await second.receive_a(Poke)
        assert poke.head == first.head
        page = await pull(second)
    (found,) = page.changes
    assert (found.rev_id, found.device) == (mine.rev_id, str(writer.joined.device))
    assert bytes(found.body) == bytes(mine.body)
    assert (page.cursor, page.more, page.epoch) == (first.head, False, first.epoch)


async def test_pushes_that_share_a_commit_are_each_answered_for_themselves(writer: Device) -> None:
    sent = {f"push {number}": change(f"{number}") for number in range(12)}
    async with writer.phone() as phone:
        for request, one in sent.items():
            await phone.send(RecordsPush(id=request, changes=(one,)))
        answers = [await phone.receive_a(RecordsAck) for _ in sent]
    own = {answer.id: [ack.rev_id for ack in answer.acks] for answer in answers}
    assert own == {request: [one.rev_id] for request, one in sent.items()}


async def test_one_bad_change_has_its_problem_and_the_rest_go_on(writer: Device) -> None:
    bad = change(body=msgspec.Raw(b'{"text": 7}'))
    huge = change("x" * 100_001)
    good = [change("one"), change("two")]
    async with writer.phone() as phone:
        ack = await push(phone, good[0], bad, huge, good[1])
        page = await pull(phone)
    assert [None if a.problem is None else a.problem.code for a in ack.acks] == [
        None,
        "record_invalid",
        "record_invalid",
        None,
    ]
    assert {found.rev_id for found in page.changes} == {c.rev_id for c in good}


@pytest.mark.parametrize("depth", [600, 1000, 5000])
async def test_a_body_nested_too_deep_is_refused_and_the_socket_stays(
    writer: Device, depth: int
) -> None:
    deep = change(kind="dream", body=msgspec.Raw(b'{"x":' + b"[" * depth + b"]" * depth + b"}"))
    good = change("good")
    async with writer.phone() as phone:
        await phone.send(RecordsPush(id="deep", changes=(deep,)))
        answer = await phone.receive()
        assert isinstance(answer, Error | RecordsAck)
        await push(phone, good)
        page = await pull(phone)
    assert good.rev_id in {found.rev_id for found in page.changes}


async def test_unknown_kinds_and_newer_bodies_are_passed_on_untouched(writer: Device) -> None:
    body = msgspec.Raw(b'{"b":1,  "a":[1.50,"\\u00e9"],"big":12345678901234567890}')
    strange = change(kind="dream", body=body)
    newer = change(schema=9, body=body)
    async with writer.phone() as phone:
        await push(phone, strange, newer)
        page = await pull(phone)
    assert [bytes(found.body) for found in page.changes] == [bytes(body)] * 2
    assert [found.schema for found in page.changes] == [1, 9]
    assert writer.call("GET", "/api/journal")["items"] == []


async def test_edits_that_crossed_are_both_sent_and_only_leaves_are(writer: Device) -> None:
    first = change("first")
    left = change("left", record=first.record, parent=first.rev_id)
    right = change("right", record=first.record, parent=first.rev_id)
    async with writer.phone() as phone:
        await push(phone, first, left, right)
        page = await pull(phone)
        assert {found.rev_id: found.others for found in page.changes} == {
            left.rev_id: (right.rev_id,),
            right.rev_id: (left.rev_id,),
        }
        both = change("both", record=first.record, parent=right.rev_id, settles=(left.rev_id,))
        await push(phone, both)
        later = await pull(phone, page.cursor, page.epoch)
    assert [(found.rev_id, found.others) for found in later.changes] == [(both.rev_id, ())]


async def test_a_change_that_comes_after_what_was_made_on_it_is_told_to_be_history(
    writer: Device,
) -> None:
    first = change("first")
    second = change("second", record=first.record, parent=first.rev_id)
    async with writer.phone() as phone:
        answers = [await push(phone, one) for one in (second, first)]
    assert [ack.superseded for answer in answers for ack in answer.acks] == [False, True]


async def test_a_cursor_of_another_epoch_is_refused(writer: Device) -> None:
    async with writer.phone() as phone:
        ack = await push(phone, change())
        await phone.send(RecordsPull(id="old", cursor=ack.head, epoch="another"))
        refused = await phone.receive_a(Error)
    assert (refused.code, refused.id) == ("epoch_changed", "old")


async def test_a_clock_decades_off_is_held_to_now_but_never_below_what_it_was_made_on(
    writer: Device,
) -> None:
    first = change("first", clock="7fff000000000000")
    second = change("second", record=first.record, parent=first.rev_id, clock="0000000000000001")
    async with writer.phone() as phone:
        ack = await push(phone, first, second)
    clocks = [a.clock or "" for a in ack.acks]
    assert clocks[0] < clocks[1] < "7f"
    (shown,) = writer.call("GET", "/api/journal")["items"]
    assert shown["body"]["text"] == "second"


async def test_erasing_what_was_never_seen_erases_what_comes_late(writer: Device) -> None:
    record = uuid4()
    gone = change(record=record, op="purge", body=frames.NULL)
    late = change("late", record=record)
    async with writer.phone() as phone:
        await push(phone, gone)
        await push(phone, late)
        page = await pull(phone)
    assert {bytes(found.body) for found in page.changes} == {b"null"}
    assert writer.call("GET", "/api/search?text=late")["items"] == []


async def test_pages_fit_a_frame_and_follow_each_other(writer: Device) -> None:
    sent = [change("é" * 30_000) for _ in range(9)]
    found: list[UUID] = []
    async with writer.phone() as phone:
        for one in sent:
            await push(phone, one)
        page = await pull(phone)
        while True:
            assert len(frames.encoder.encode(page)) <= frames.MAX_FRAME_BYTES
            found += [change.rev_id for change in page.changes]
            if not page.more:
                break
            page = await pull(phone, page.cursor, page.epoch)
    assert found == [one.rev_id for one in sent]
