"""One phone and the box, over a real socket, with the real starter model."""

import json
from uuid import UUID, uuid4

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from futureself_box.api import frames
from futureself_box.api.frames import (
    ChatAccepted,
    ChatAgain,
    ChatCancel,
    ChatDelta,
    ChatDone,
    ChatResume,
    ChatSend,
    Error,
    Hello,
    Ping,
    Poke,
    Pong,
    Resume,
)
from futureself_box.bench.running_box import Device, Phone, RunningBox, connect_to, new_message

pytestmark = pytest.mark.timeout(90)

LONG = "Tell me in many sentences what an ordinary day of yours is like."


async def closed_with(phone: Phone) -> int | None:
    try:
        while True:
            await phone.receive()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


async def test_a_message_is_accepted_answered_and_recorded(talker: Device) -> None:
    async with talker.phone() as phone:
        sent = await phone.say("Hello, who are you?")
        accepted = await phone.receive_a(ChatAccepted)
        assert (accepted.id, accepted.message) == (sent.id, sent.message)
        text, done = await phone.read(accepted.turn)
    assert done.tokens > 0
    said, reply = talker.conversation()
    assert (said["text"], said["role"]) == (sent.text, "member")
    assert (reply["text"], reply["answers"]) == (text.strip(), str(sent.message))
    assert reply["id"] == str(accepted.turn)


async def test_a_message_sent_twice_is_one_message_with_one_answer(talker: Device) -> None:
    async with talker.phone() as phone:
        sent = await phone.say("Hello?")
        first = await phone.receive_a(ChatAccepted)
        await phone.send(sent)
        text, _ = await phone.read(first.turn)
        await phone.send(sent)
        assert (await phone.receive_a(ChatAccepted)).turn == first.turn
        again = await phone.receive_a(ChatDone)
        assert again.text == text.strip()
    assert len(talker.conversation()) == 2


async def test_a_reply_resumes_where_the_phone_left_it(talker: Device) -> None:
    async with talker.phone() as phone:
        await phone.say(LONG)
        turn = (await phone.receive_a(ChatAccepted)).turn
        delta = await phone.receive_a(ChatDelta)
        phone.cut()
    async with talker.phone(Resume(turn, delta.sequence)) as phone:
        rest, _ = await phone.read(turn, delta.sequence)
    assert talker.conversation()[-1]["text"] == (delta.text + rest).strip()


async def test_a_reply_goes_on_without_its_phone_and_another_reads_it(talker: Device) -> None:
    async with talker.phone() as phone:
        await phone.say(LONG)
        turn = (await phone.receive_a(ChatAccepted)).turn
        phone.cut()
    other = talker.invite()
    async with other.phone() as phone:
        assert [live.turn for live in phone.welcome.turns] in ([turn], [])
        await phone.send(ChatResume(id="1", turn=turn))
        text, _ = await phone.read(turn)
    assert other.conversation()[-1]["text"] == text.strip()


async def test_cancel_stops_the_answer_and_keeps_what_was_written(talker: Device) -> None:
    async with talker.phone() as phone:
        await phone.say(LONG)
        turn = (await phone.receive_a(ChatAccepted)).turn
        first = await phone.receive_a(ChatDelta)
        await phone.send(ChatCancel(id="stop", turn=turn))
        rest, done = await phone.read(turn, first.sequence)
    assert done.outcome == "cancelled"
    reply = talker.conversation()[-1]
    assert (reply["outcome"], reply["text"]) == ("cancelled", (first.text + rest).strip())


async def test_the_member_s_other_phone_is_poked_and_nobody_else_s(talker: Device) -> None:
    other, stranger = talker.invite(), talker.invite("Bea")
    async with talker.phone() as phone, other.phone() as second, stranger.phone() as third:
        await phone.say("Hello?")
        turn = (await phone.receive_a(ChatAccepted)).turn
        poke = await second.receive_a(Poke)
        assert [live.turn for live in poke.turns] == [turn]
        await third.send(Ping(id="1"))
        assert isinstance(await third.receive(), Pong)


async def test_members_reach_neither_each_other_s_words_nor_turns(talker: Device) -> None:
    stranger = talker.invite("Bea")
    async with talker.phone() as phone, stranger.phone() as other:
        await phone.say(LONG)
        turn = (await phone.receive_a(ChatAccepted)).turn
        await other.send(ChatResume(id="1", turn=turn))
        assert (await other.receive_a(Error)).code == "turn_interrupted"
        await other.send(ChatCancel(id="2", turn=turn))
        assert (await other.receive_a(Error)).code == "turn_interrupted"
        assert (await phone.read(turn))[1].outcome != "cancelled"
    assert stranger.conversation() == []


async def test_a_revoked_device_is_cut_off_in_the_middle_of_an_answer(talker: Device) -> None:
    owner = talker.invite()
    async with talker.phone() as phone:
        await phone.say(LONG)
        await phone.receive_a(ChatDelta)
        owner.call("DELETE", f"/api/devices/{talker.joined.device}")
        assert await closed_with(phone) == frames.CLOSE_REVOKED
    with pytest.raises(AssertionError, match="token_unknown"):
        await talker.phone().__aenter__()


async def test_a_newer_socket_of_a_device_replaces_the_older(talker: Device) -> None:
    async with talker.phone() as older, talker.phone() as newer:
        assert await closed_with(older) == frames.CLOSE_REPLACED
        await newer.send(Ping(id="1"))
        assert (await newer.receive_a(Pong)).id == "1"


async def test_sockets_that_begin_wrongly_are_told_why(home: RunningBox, talker: Device) -> None:
    beginnings = {
        Hello(token="A" * 43, schema=1): ("token_unknown", frames.CLOSE_UNKNOWN_DEVICE),
        Hello(token=talker.token, schema=0): ("schema_too_old", frames.CLOSE_SCHEMA_TOO_OLD),
    }
    for hello, (code, close) in beginnings.items():
        async with connect_to(home) as socket:
            await socket.send(frames.encoder.encode(hello).decode())
            assert json.loads(await socket.recv())["code"] == code
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == close


async def test_a_socket_without_hello_is_closed(home: RunningBox, talker: Device) -> None:
    async with connect_to(home) as socket:
        await socket.send(frames.encoder.encode(Ping(id="1")).decode())
        assert json.loads(await socket.recv())["code"] == "frame_out_of_order"
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == frames.CLOSE_NO_HELLO


async def test_a_bad_frame_is_answered_with_its_id_and_the_socket_stays(talker: Device) -> None:
    async with talker.phone() as phone:
        await phone.socket.send('{"type":"chat.send","id":"7","text":5}')
        error = await phone.receive_a(Error)
        assert (error.code, error.id) == ("frame_invalid", "7")
        await phone.send(Hello(token=talker.token, schema=1))
        assert (await phone.receive_a(Error)).code == "frame_out_of_order"
        await phone.send(Ping(id="8"))
        assert (await phone.receive_a(Pong)).id == "8"


async def test_a_member_has_only_so_many_turns_at_once(talker: Device) -> None:
    async with talker.phone() as phone:
        for _ in range(4):
            await phone.say(LONG)
        fifth = await phone.say(LONG)
        running = []
        while not isinstance(frame := await phone.receive(), Error):
            if isinstance(frame, ChatAccepted):
                running.append(frame.turn)
        for turn in running:
            await phone.send(ChatCancel(id="stop", turn=turn))
    assert (frame.code, frame.id) == ("too_many_turns", fifth.id)
    assert str(fifth.message) not in {said["id"] for said in talker.conversation()}


async def test_a_turn_that_nobody_knows_is_interrupted(talker: Device) -> None:
    async with talker.phone(Resume(uuid4())) as phone:
        assert (await phone.receive_a(Error)).code == "turn_interrupted"
        await phone.send(new_message("Hello?"))
        await phone.read()


async def test_an_answer_is_written_anew_and_goes_on_as_the_same_record(talker: Device) -> None:
    async with talker.phone() as phone:
        await phone.say("Good evening.")
        first, _ = await phone.read()
        reply = talker.conversation()[-1]
        again = ChatAgain(id="1", reply=reply["id"], turn=uuid4())
        await phone.send(again)
        accepted = await phone.receive_a(ChatAccepted)
        assert (accepted.turn, str(accepted.reply)) == (again.turn, reply["id"])
        second, _ = await phone.read(again.turn)
        await phone.send(again)
        assert (await phone.receive_a(ChatDone)).text == second.strip()
        on = ChatAgain(id="2", reply=reply["id"], turn=uuid4(), goes_on=True)
        await phone.send(on)
        third, _ = await phone.read(on.turn)
    assert third.startswith(second.strip())
    now = talker.conversation()[-1]
    assert (now["id"], now["text"]) == (reply["id"], third.strip())
    versions = talker.call("GET", f"/api/records/{reply['id']}/history")
    assert [version["body"]["text"] for version in versions] == [
        text.strip() for text in (first, second, third)
    ]


async def test_an_edited_message_is_answered_anew_and_the_old_answer_is_in_the_trash(
    talker: Device,
) -> None:
    async with talker.phone() as phone:
        sent = await phone.say("Good mroning.")
        await phone.read()
        old = talker.conversation()[-1]
        await phone.send(
            ChatSend(id="1", message=sent.message, revision=uuid4(), text="Good morning.")
        )
        turn = (await phone.receive_a(ChatAccepted)).turn
        await phone.read(turn)
    assert talker.conversation()[0]["text"] == "Good morning."
    assert talker.conversation()[1]["id"] == str(turn)
    trash = talker.call("GET", "/api/trash")["items"]
    assert old["id"] in {item["id"] for item in trash}


async def test_only_the_last_answer_is_written_anew(talker: Device) -> None:
    async with talker.phone() as phone:
        await phone.say("One.")
        await phone.read()
        reply = talker.conversation()[-1]["id"]
        await phone.say("Two.")
        await phone.read()
        await phone.send(ChatAgain(id="1", reply=reply, turn=uuid4()))
        error = await phone.receive_a(Error)
    assert (error.code, error.id) == ("message_not_last", "1")


async def test_threads_are_conversations_of_their_own(talker: Device) -> None:
    thread = talker.call("POST", "/api/threads", {"title": "The move"})["id"]
    async with talker.phone() as phone:
        await phone.say("Here.")
        await phone.read()
        await phone.send(msgspec.structs.replace(new_message("There."), thread=UUID(thread)))
        await phone.read()
    assert talker.conversation()[0]["text"] == "Here."
    there = talker.call("GET", f"/api/conversation?thread={thread}")["messages"]
    assert (len(there), there[0]["text"]) == (2, "There.")


async def test_a_reply_says_which_mode_spoke_and_why(talker: Device) -> None:
    async with talker.phone() as phone:
        await phone.say("How do I start saving for a house?")
        _, done = await phone.read()
    assert (done.mode, done.why) == ("strategist", "plan")
    reply = talker.conversation()[-1]
    assert (reply["mode"], reply["why"]) == ("strategist", "plan")


async def test_a_question_for_a_loss_is_answered_without_the_model(talker: Device) -> None:
    async with talker.phone() as phone:
        await phone.say("When will my mother die?")
        text, done = await phone.read()
    assert "can't know" in text or "Nobody can tell" in text
    assert done.tokens == 0
