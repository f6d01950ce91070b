"""Facts about the member that hold from one day until the next of their kind: home, work and the like.

Read by patterns from sentences in the first person that say that it is so; wishes, plans and dreams
are none. A fact is valid from the day of its entry to the day of the next with the same relation: so
the latest answers "where do I live now?", and an older one "where did I live in 2019?".
"""

import re
from collections.abc import Iterator
from datetime import date

import msgspec

from futureself_box.futureself.recall import words
from futureself_box.store.database import Connection


class Fact(msgspec.Struct, frozen=True):
    """What was so from a day on; `valid_to` is the day on which another took its place."""

    record: str
    relation: str
    object: str
    valid_from: date
    valid_to: date | None


class _Relation(msgspec.Struct, frozen=True):
    """A relation, the stems of questions about it, and what sentences say it."""

    name: str
    asked: frozenset[str]
    said: tuple[re.Pattern[str], ...]


# "We have just", and the beginning of a sentence: diaries drop the subject.
_I = (
    r"(?:(?:\b(?:i|we|ich|wir|je|j|nous|yo|ik|io|eu)\b|(?:^|(?<=[.!?\n]))\s*)(?:\W*\b(?:ve|have|am|m|are|re|just"
    r"|finally|officially|now|habe|bin|sind|jetzt|ai|suis|me|heb|ben|ho|sono|mi|nu|ora|agora|maintenant"
    r"|ahora|actually)\b)*\W*)\b"
)
_WHAT = r"(?P<object>[^.,;!?\n]{2,60})"


def _relation(name: str, asked: str, *said: str) -> _Relation:
    patterns = tuple(re.compile(f"{form}{_WHAT}", re.IGNORECASE) for form in said)
    return _Relation(name, frozenset(map(words.stem, asked.split())), patterns)


_RELATIONS = (
    _relation(
        "home",
        "live living home address city town flat apartment house neighbourhood wohne wohnen habite vivo"
        " woon vivre leben abito moro",
        _I + r"(?:moved|relocated|settled) (?:in)?(?:to |in )?",
        _I + r"(?:live|living) (?:now )?(?:in|at|on) ",
        r"\b(?:our|my|the) new (?:flat|house|home|apartment|place|room|address) (?:is |in |on )",
        r"\bumgezogen nach ", r"\b(?:in|nach) (?=[^.]{2,60} gezogen)", r"\bwohnen? (?:jetzt |nun |zusammen )*in ",
        r"\bdéménagé (?:à|au|en|dans) ", r"\bj'habite (?:maintenant )?(?:à|au|en|dans)? ?",
        r"\b(?:me mudé|nos mudamos) a ", r"\bahora vivo en ", r"\bvivo en ",
        r"\bverhuisd naar ", r"\bwoon(?:en)? (?:nu )?in ", r"\btrasferit[oaie] a ", r"\babito (?:ora )?(?:a|in) ",
        r"\b(?:mudei-me|me mudei|mudámo-nos|mudamos) para ", r"\bmoro (?:agora )?em ",
    ),
    _relation(
        "work",
        "work job employer company boss office arbeite arbeit job beruf travaille travail trabajo"
        " werk baan lavoro trabalho position role",
        _I + r"(?:started|begun|began|joined|start|work|working|hired) (?:work |working |a job |my (?:new )?job )?(?:at|for|as) ",
        r"\b(?:my )?new job (?:at|as|with|is) ", r"\b(?:first|last) day (?:at|of work at) ",
        r"\b(?:got|accepted|took) the (?:job|offer|position|post) (?:at|with|from|as) ",
        r"\bpromoted to ", r"\barbeite (?:jetzt |nun )?(?:bei|als|für) ", r"\bje travaille (?:maintenant )?(?:chez|comme|à|pour) ",
        r"\btrabajo (?:ahora )?(?:en|como|para) ", r"\bwerk (?:nu )?(?:bij|als|voor) ", r"\blavoro (?:ora )?(?:da|per|come|in) ",
        r"\btrabalho (?:agora )?(?:na|no|em|como|para) ",
    ),
    _relation(
        "partner",
        "partner boyfriend girlfriend husband wife relationship married dating single together",
        _I + r"(?:married|engaged|dating|seeing|divorced|single|together|broke up|split up|separated)\b ?",
        r"\b(?:got|getting) (?:married|engaged|divorced) ?", r"\bbroke up with ",
    ),
    _relation(
        "car",
        "car drive driving vehicle auto voiture coche bil macchina carro bike",
        _I + r"(?:bought|got|picked up|drive|driving) (?:a|an|the|our|my) (?:new |used |second-hand |old |electric )*(?=[^.]{0,30}\b(?:car|van|bike|scooter|volvo|golf|toyota|tesla|honda|ford|fiat|skoda)\b)",
        r"\b(?:sold|scrapped) the (?:car|van|bike) ?",
    ),
    _relation(
        "diet",
        "eat eating diet vegetarian vegan meat food allergic",
        _I + r"(?:become |gone |went |been )?(?=(?:a )?(?:vegetarian|vegan|pescatarian)\b)",
        _I + r"(?:stopped|quit|gave up|given up|started) (?:eating|drinking) ",
    ),
    _relation(
        "weight", "weight weigh kilo kilos pounds", _I + r"weigh(?:ed)? (?=\d)",
        r"\b(?:scale|scales) (?:says?|said|showed) ",
    ),
    _relation(
        "study",
        "study studying course school university degree learn class",
        _I + r"(?:started|enrolled|signed up|began) (?:studying|in|for|my|a course in|learning|at) ",
    ),
    _relation(
        "doctor", "doctor dentist therapist physio gp psychologist",
        r"\b(?:my|our|the) new (?:doctor|dentist|therapist|physio|gp|psychologist) (?:is|called|named)? ?",
    ),
)  # fmt: skip
# Who else a question is about: "does my daughter", "habite ma mère", "is Tom".
_OTHERS = re.compile(
    r"\b(?:(?i:does|do|did|has|have|had|is|are|was|were|habite|travaille|vit|vive|lavora|trabaja) (?i:my|our|his|her|their|the|ma|mon|mes|sa"
    r"|son|mi|su|mia|mio|sua|suo) (?:(?i:new|old|current|present|first|last) )?(?P<whose>\w+)|(?i:does|did|has|is|was) (?=[A-Z][a-z]))"
)
_NOT_SO = re.compile(
    r"\b(?:dream\w*|want\w*|wish\w*|hop(?:e|ed|ing)|plan\w*|might|maybe|if|would|could|should|never|not"
    r"|don't|didn't|thinking of|imagin\w*|möchte|will|träum\w*|peut-être|quiz[aá]s|used to)\b[^.;]*$",
    re.IGNORECASE,
)


def note(tx: Connection, record: str, text: str, day: date) -> None:
    """Keep the facts that a record says."""
    for relation, what in said(text):
        tx.execute(
            """
            INSERT INTO fact (record, relation, object, valid_from)
            VALUES (:record, :relation, :object, :day)
            """,
            {"record": record, "relation": relation, "object": what, "day": day.isoformat()},
        )


def said(text: str) -> Iterator[tuple[str, str]]:
    """The facts of a text: relation and object, one of each relation.

    >>> list(said("Finally! We moved to Ghent. I dream of moving to Rome."))
    [('home', 'Ghent')]
    """
    for relation in _RELATIONS:
        found = (match for pattern in relation.said for match in pattern.finditer(text))
        so = (
            match
            for match in found
            if not _NOT_SO.search(text[: match.start()].rpartition("\n")[2])
        )
        if match := min(so, key=re.Match.start, default=None):
            yield relation.name, match["object"].strip()


def asked_about(question: str) -> str | None:
    """The relation that a question about oneself is about.

    >>> asked_about("Where do I live now?"), asked_about("Where does my daughter live now?")
    ('home', None)
    """
    asked = set(words.stems(question))
    relation = next((relation for relation in _RELATIONS if asked & relation.asked), None)
    if relation is None or _is_of_another(question, relation):
        return None
    return relation.name


def _is_of_another(question: str, relation: _Relation) -> bool:
    subjects = (match["whose"] for match in _OTHERS.finditer(question))
    return any(
        not whose or words.stem(words.fold(whose)) not in relation.asked for whose in subjects
    )


def timeline(connection: Connection, relation: str) -> list[Fact]:
    """All that was so of a relation, oldest first."""
    rows = connection.execute(
        "SELECT record, object, valid_from FROM fact WHERE relation = ? ORDER BY valid_from, id",
        (relation,),
    ).fetchall()
    starts = [date.fromisoformat(row["valid_from"]) for row in rows]
    ends = [*starts, None][1:]
    return [
        Fact(row["record"], relation, row["object"], start, end)
        for row, start, end in zip(rows, starts, ends, strict=True)
    ]


def holding(connection: Connection, relation: str | None, day: date | None) -> str | None:
    """The record whose fact of this relation held on that day."""
    if relation is None or day is None:
        return None
    facts = [fact for fact in timeline(connection, relation) if fact.valid_from <= day]
    return facts[-1].record if facts else None


def outdated(connection: Connection, relation: str | None, today: date) -> set[str]:
    """The records whose fact of this relation is history by `today`."""
    if relation is None:
        return set()
    facts = [fact for fact in timeline(connection, relation) if fact.valid_from <= today]
    return {fact.record for fact in facts if fact.valid_to is not None and fact.valid_to <= today}
