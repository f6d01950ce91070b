"""Writes one answer: settled by the brief, written by the model, let through sentence by sentence.

On every model: at most so many sentences, none that invents a loss or foretells, and some answer.
"""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from datetime import datetime

import msgspec
import structlog

from futureself_box.errors import ContextLengthExceeded
from futureself_box.futureself import briefing, persona, prompt
from futureself_box.futureself.briefing import Brief
from futureself_box.futureself.care import recogniser, replies, words
from futureself_box.futureself.care.meaning import Verdict
from futureself_box.futureself.care.watch import Watch
from futureself_box.futureself.guards import forecasts, losses
from futureself_box.futureself.guards.gate import Check, Gate
from futureself_box.futureself.languages.lexicon import lexicon
from futureself_box.futureself.line import Line
from futureself_box.futureself.modes.mode import mode
from futureself_box.futureself.turn import Turn, Writing
from futureself_box.inference.client import Finished, InferenceClient, Words
from futureself_box.records import messages
from futureself_box.records.messages import Outcome

_ATTEMPTS = 3
_LOOKED_BACK = 8  # messages, the replies among them
_SHARES = (1.0, 0.5, 0.2, 0.0)

log = structlog.get_logger()


class Limits(msgspec.Struct, frozen=True):
    """In tokens; `sentences` 0 leaves the length of an answer to its mode."""

    context_tokens: int
    reply_tokens: int
    sentences: int = 0


class Writer:
    """Writes the answer of one turn."""

    def __init__(
        self, turn: Turn, inference: InferenceClient, limits: Limits, watch: Watch
    ) -> None:
        self._turn = turn
        self._inference = inference
        self._limits = limits
        self._watch = watch

    async def write(self, *, now: datetime) -> Outcome:
        """Answer the message. Raises a BoxError whenever the model can't.

        Care comes first: what speaks of danger gets fixed words, and no model is asked.
        """
        verdict = await self._assess()
        if verdict.tier >= recogniser.CONCERN:
            self._turn.note_care(verdict)
            self._say([words.answer(verdict, self._language(), child=self._turn.child)])
            return "complete"
        window, reply_tokens = await self._room()
        prompt_tokens = window - reply_tokens
        brief = await briefing.prepare(
            self._turn,
            now=now,
            room=prompt.characters(prompt_tokens) * 6 // 10,
            heavy=verdict.tier > 0,
        )
        self._turn.note_choice(brief.choice)
        if brief.fixed:
            self._say([brief.fixed])
            return "complete"
        outcome = await self._fit(brief, prompt_tokens, reply_tokens)
        if brief.choice.asks_leave and outcome == "complete":
            leave = mode("challenger").leave
            self._say(["\n\n", leave.get(brief.situation.language, leave["en"])])
        if verdict.tier and outcome == "complete":
            self._say(["\n\n", words.note(self._language())])
        return outcome

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
        return await self._watch.assess(
            said.message.text,
            context=own[-2:],
            audience="child" if self._turn.child else "adult",
        )

    def _language(self) -> str:
        return words.language_of(self._turn.said.message.text)

    async def _room(self) -> tuple[int, int]:
        """The window and the longest answer, in tokens."""
        most = self._limits.context_tokens
        window = min(most, await self._inference.window() or most)
        return window, min(self._limits.reply_tokens, window // 2)

    async def _fit(self, brief: Brief, prompt_tokens: int, reply_tokens: int) -> Outcome:
        """Ask with less and less of the history, until it fits."""
        for share in _SHARES:
            lines = prompt.build(
                brief.opening,
                brief.before,
                brief.last,
                offset=brief.offset,
                tokens=prompt_tokens,
                share=share,
            )
            try:
                return await self._attempt(brief, lines, reply_tokens)
            except ContextLengthExceeded:
                log.info("prompt_too_long", turn=str(self._turn.id), share=share)
        raise ContextLengthExceeded

    async def _attempt(self, brief: Brief, lines: list[Line], reply_tokens: int) -> Outcome:
        """Ask until something of an answer may be shown; after some times a fixed one is."""
        why = ""
        for _ in range(_ATTEMPTS):
            gate = Gate(
                _checks(brief, self._turn), sentences=self._sentences(brief), told=brief.last
            )
            outcome = await self._stream(brief, lines, reply_tokens, gate)
            if gate.shown or not gate.barred:
                return outcome
            why = gate.barred
            log.info("sentence_barred", turn=str(self._turn.id), why=why)
        self._say([self._instead(why, brief)])
        return "complete"

    def _instead(self, why: str, brief: Brief) -> str:
        fixed = replies.instead(why, self._language())
        if fixed is not None:
            return fixed
        known = lexicon(brief.situation.language)
        answers = known.losses.answer if why == "loss" else known.forecasts.answer
        return answers[self._turn.said.id.int % len(answers)]

    async def _stream(
        self, brief: Brief, lines: list[Line], reply_tokens: int, gate: Gate
    ) -> Outcome:
        events = self._inference.chat(
            lines,
            max_tokens=self._tokens(brief, reply_tokens),
            cache_key=str(self._turn.store.member),
            parking_key=self._turn.store.parking_key,
            shared_messages=persona.SHARED_MESSAGES,
            temperature=brief.mode.sampling.temperature,
            frequency_penalty=brief.mode.sampling.frequency_penalty,
        )
        outcome: Outcome = "complete"
        async with aclosing(events):
            async for event in events:
                match event:
                    case Words():
                        self._turn.tokens += event.tokens
                        self._turn.note(Writing())
                        self._say(gate.take(event.text))
                    case Finished():
                        cut = event.reason == "length"
                        outcome = "length" if cut and not gate.shown else "complete"
                        self._say(gate.end(whole=not cut))
                    case _:
                        self._turn.note(event)
                if gate.closed:
                    return "complete"
        return outcome

    def _say(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            self._turn.say(sentence)

    def _sentences(self, brief: Brief) -> int:
        return self._limits.sentences or brief.mode.sampling.sentences

    def _tokens(self, brief: Brief, reply_tokens: int) -> int:
        own = self._limits.sentences
        return reply_tokens if own else min(reply_tokens, brief.mode.sampling.tokens)


def _checks(brief: Brief, turn: Turn) -> list[Check]:
    language = brief.situation.language
    leaves = replies.is_farewell(turn.said.message.text)

    def invents(sentence: str) -> str | None:
        return "loss" if losses.states(sentence, brief.known, language=language) else None

    def foretells(sentence: str) -> str | None:
        return "forecast" if forecasts.foretells(sentence, language) else None

    def is_barred(sentence: str) -> str | None:
        return replies.barred(sentence, child=turn.child, farewell=leaves)

    return [invents, foretells, is_barred]
