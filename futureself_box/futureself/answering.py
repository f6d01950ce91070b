"""Writes one answer: settled by the brief, written by the model, let through sentence by sentence.

On every model: at most so many sentences, none that invents a loss or foretells, and some answer.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing, suppress
from datetime import datetime

import msgspec
import structlog

from futureself_box.errors import BoxError, ContextLengthExceeded
from futureself_box.futureself import barring, briefing, persona, prompt
from futureself_box.futureself.briefing import Brief
from futureself_box.futureself.care import farewells, reading, recogniser, words
from futureself_box.futureself.care.labelled import Audience
from futureself_box.futureself.care.meaning import Verdict
from futureself_box.futureself.care.watch import Watch
from futureself_box.futureself.guards.gate import Gate
from futureself_box.futureself.languages.lexicon import fold, has, lexicon
from futureself_box.futureself.line import Line
from futureself_box.futureself.modes.mode import Asks, mode
from futureself_box.futureself.turn import CARE, Turn, Writing
from futureself_box.inference.client import Event, Finished, InferenceClient, Words
from futureself_box.records import messages
from futureself_box.records.messages import Outcome, Said
from futureself_box.settings import Settings

_ATTEMPTS = 3
_LOOKED_BACK = 8  # messages, the replies among them
_SHARES = (1.0, 0.5, 0.2, 0.0)

log = structlog.get_logger()


class Limits(msgspec.Struct, frozen=True):
    """In tokens; `sentences` 0 leaves the length of an answer to its mode."""

    context_tokens: int
    reply_tokens: int
    sentences: int = 0


def limits(settings: Settings) -> Limits:
    """As the settings have them."""
    own = settings.inference
    return Limits(own.context_tokens, own.reply_tokens, own.reply_sentences)


class Writer:
    """Writes the answer of one turn."""

    def __init__(
        self, turn: Turn, inference: InferenceClient, limits: Limits, watch: Watch
    ) -> None:
        self._turn = turn
        self._inference = inference
        self._limits = limits
        self._watch = watch
        self._brief: Brief | None = None
        self._heard: list[str] = []
        self._share = _SHARES[0]
        self._outcome: Outcome = "complete"

    async def write(self, *, now: datetime) -> Outcome:
        """Answer the message. Raises a BoxError whenever the model can't.

        Care comes first: what speaks of danger gets fixed words, at any hour, and no model is asked.
        """
        verdict = await self._assess()
        if verdict.tier >= recogniser.CONCERN:
            self._turn.note_care(verdict)
            self._turn.say(words.answer(verdict, self._language(), child=self._turn.child))
            return "complete"
        if self._turn.quiet_until:
            self._rest(verdict)
            return "complete"
        await self._make_room()
        self._brief = brief = await briefing.prepare(
            self._turn,
            self._inference,
            now=now,
            room=prompt.characters(self._prompt_tokens) * 6 // 10,
            heavy=verdict.tier > 0,
        )
        self._turn.note(brief.choice, brief.drew_on)
        if brief.fixed:
            self._turn.say(brief.fixed)
        elif brief.options:
            await self._tell_two_lives(brief, brief.options)
        else:
            await self._answer(brief)
        if brief.choice.asks_leave and self._outcome == "complete":
            leave = mode("challenger").leave
            self._turn.say("\n\n" + leave.get(brief.situation.language, leave["en"]))
        if verdict.tier and self._outcome == "complete":
            self._turn.say("\n\n" + words.note(self._language()))
        return self._outcome

    def _rest(self, verdict: Verdict) -> None:
        """Say that it is quiet time; who is low hears of people all the same."""
        self._turn.note_quiet()
        quiet = words.words(self._language()).quiet
        self._turn.say(quiet.format(until=self._turn.quiet_until))
        if verdict.tier:
            self._turn.say("\n\n" + words.note(self._language()))

    async def read_ahead(self) -> None:
        """Let the box's own engine read what was said, so that the next turn begins at once.

        The answer stands after other words now than it was written after: without those of the turn.
        """
        brief = self._brief
        if brief is None or self._inference.endpoint.place != "box":
            return
        said, answer = self._turn.said, self._turn.record(self._outcome)
        asked = brief.before[:-1] if self._turn.begun else [*brief.before, said]
        before = [*asked, msgspec.structs.replace(said, message=answer)]
        with suppress(BoxError):
            lines = self._lines(brief, before, "", self._share)
            async with aclosing(self._chat(brief, lines, 1, counted=False)) as events:
                async for _ in events:
                    pass

    async def _assess(self) -> Verdict:
        said = self._turn.said
        before = await asyncio.to_thread(
            messages.page,
            self._turn.store,
            before=said.clock,
            limit=_LOOKED_BACK,
            thread=said.message.thread,
        )
        own = [one.message.text for one in before if one.message.role == "member"]
        self._heard = own[-2:]
        audience: Audience = "child" if self._turn.child else "adult"
        if not any(map(_was_heavy, before)):
            verdict = await asyncio.to_thread(_of_goodbye, said.message.text, self._heard, audience)
            if verdict is not None:
                return verdict
        return await self._watch.assess(said.message.text, context=self._heard, audience=audience)

    def _language(self) -> str:
        before = words.language_of(" ".join(self._heard))
        return words.language_of(self._turn.said.message.text, before)

    async def _make_room(self) -> None:
        most = self._limits.context_tokens
        window = min(most, await self._inference.window() or most)
        self._reply_tokens = min(self._limits.reply_tokens, window // 2)
        self._prompt_tokens = window - self._reply_tokens

    async def _answer(self, brief: Brief) -> None:
        """Ask until something of an answer may be shown; after some times a fixed one is."""
        why = ""
        most = self._limits.sentences or brief.mode.sampling.sentences
        asks = brief.mode.asks
        if brief.leaving:
            most, asks = 1, "never"
        for _ in range(_ATTEMPTS):
            avoids = brief.mode.avoids.get(brief.situation.language, ())
            gate = self._gate(brief, most, asks=asks, avoids=avoids)
            async with aclosing(self._ask(brief, brief.last, gate)) as sentences:
                async for sentence in sentences:
                    if gate.shown == 1:
                        self._open(brief, sentence, gate)
                    self._turn.say(sentence)
            if gate.shown or not (gate.barred or brief.leaving):
                self._ask_the_member(brief)
                return
            why = gate.barred or "nothing"
            log.info("sentence_barred", turn=str(self._turn.id), why=why)
        self._turn.say(barring.instead(why, brief, self._turn))
        self._ask_the_member(brief)

    def _open(self, brief: Brief, first: str, gate: Gate) -> None:
        """The opening of the mode, in the place of a sentence, where the model's own has no warmth."""
        language, own = brief.situation.language, brief.mode.opens
        if (
            not own
            or self._turn.begun
            or brief.leaving
            or has(brief.mode.marks.get(language, ()), fold(first))
        ):
            return
        self._turn.say(self._turn.one_of(own.get(language, own["en"])) + " ")
        gate.spend()

    def _ask_the_member(self, brief: Brief) -> None:
        """The question of the mode, where it has one and the model had none."""
        own = brief.mode.questions
        if not own or "?" in self._turn.text or brief.choice.asks_leave or brief.leaving:
            return
        if self._outcome == "complete":
            language = brief.situation.language
            self._turn.say("\n\n" + self._turn.one_of(own.get(language, own["en"])))

    async def _tell_two_lives(self, brief: Brief, options: tuple[str, str]) -> None:
        """Two lives of equal weight and a question, in sentences of ours around the model's."""
        ours = lexicon(brief.situation.language).decisions
        frames = zip(options, (ours.one, ours.other), ours.plain, strict=True)
        for option, frame, plain in frames:
            last = f"{brief.how}\n\n{ours.imagine.format(option=option)}"
            async with aclosing(self._ask(brief, last, self._gate(brief, 1))) as sentences:
                life = await anext(sentences, plain)
            self._turn.say(frame.format(option=option, life=life.strip()) + "\n")
        self._outcome = "complete"
        self._turn.say(self._turn.one_of(ours.question))

    async def _ask(self, brief: Brief, last: str, gate: Gate) -> AsyncGenerator[str, None]:
        """What of the model's answer may be shown; with less and less of the history until it fits."""
        for share in _SHARES:
            lines = self._lines(brief, brief.before, last, share)
            try:
                async with aclosing(self._stream(brief, lines, gate)) as sentences:
                    async for sentence in sentences:
                        yield sentence
            except ContextLengthExceeded:
                log.info("prompt_too_long", turn=str(self._turn.id), share=share)
            else:
                self._share = share
                return
        raise ContextLengthExceeded

    async def _stream(
        self, brief: Brief, lines: list[Line], gate: Gate
    ) -> AsyncGenerator[str, None]:
        async with aclosing(self._chat(brief, lines, self._most_tokens(brief))) as events:
            async for event in events:
                for sentence in self._take(event, gate):
                    yield sentence
                if gate.closed:
                    return

    def _take(self, event: Event, gate: Gate) -> Iterable[str]:
        self._outcome = "complete"
        match event:
            case Words():
                self._turn.tokens += event.tokens
                self._turn.tell_status(Writing())
                return gate.take(event.text)
            case Finished():
                cut = event.reason == "length"
                self._outcome = "length" if cut and not gate.shown else "complete"
                return gate.end(whole=not cut)
            case _:
                self._turn.tell_status(event)
                return ()

    def _chat(
        self, brief: Brief, lines: list[Line], most_tokens: int, *, counted: bool = True
    ) -> AsyncGenerator[Event, None]:
        sampling = brief.mode.sampling
        return self._inference.chat(
            lines,
            max_tokens=most_tokens,
            cache_key=str(self._turn.store.member),
            parking_key=self._turn.store.parking_key,
            shared_messages=persona.SHARED_MESSAGES,
            temperature=sampling.temperature,
            frequency_penalty=sampling.frequency_penalty,
            counted=counted,
        )

    def _lines(self, brief: Brief, before: Sequence[Said], last: str, share: float) -> list[Line]:
        return prompt.build(
            brief.opening,
            before,
            last,
            offset=brief.offset,
            tokens=self._prompt_tokens,
            earlier=brief.earlier,
            share=share,
        )

    def _gate(
        self, brief: Brief, sentences: int, *, asks: Asks = "maybe", avoids: tuple[str, ...] = ()
    ) -> Gate:
        checks = barring.checks(brief, self._turn)
        return Gate(checks, sentences=sentences, told=brief.last, asks=asks, avoids=avoids)

    def _most_tokens(self, brief: Brief) -> int:
        own = brief.mode.sampling.tokens
        return self._reply_tokens if self._limits.sentences else min(self._reply_tokens, own)


def _of_goodbye(text: str, before: Sequence[str], audience: Audience) -> Verdict | None:
    """On an everyday goodbye the words decide: by meaning one in twelve is taken for a last one."""
    if not farewells.is_everyday(text):
        return None
    return recogniser.assess(reading.read(text), context=before, audience=audience)


def _was_heavy(said: Said) -> bool:
    """Whether care answered there, or put its note below an answer."""
    text = said.message.text
    return said.message.mode == CARE or any(map(text.endswith, map(words.note, words.LANGUAGES)))
