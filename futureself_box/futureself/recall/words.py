"""How words are compared: without case, accents or endings.

The same is done to what the member wrote and to the question, so a rough stem does no harm: it only
has to fall together for forms of one word. The rules are English; other languages are helped by
meaning and by forgiving spellings (spelling.py).
"""

import re
import unicodedata
from functools import lru_cache

from futureself_box.futureself.recall.stopwords import STOPWORDS

_WORD = re.compile(r"[^\W_]+")
_SHORTEST_STEM = 3

# Past and present of the verbs that a diary is full of: "swam" is found by "swim".
_IRREGULAR = {
    form: base
    for base, forms in {
        "be": "been", "become": "became", "begin": "began begun", "bite": "bit bitten",
        "blow": "blew blown", "break": "broke broken", "bring": "brought", "build": "built",
        "burn": "burnt", "buy": "bought", "catch": "caught", "choose": "chose chosen",
        "come": "came", "cut": "cutting", "dig": "dug", "draw": "drew drawn", "dream": "dreamt",
        "drink": "drank drunk", "drive": "drove driven", "eat": "ate eaten", "fall": "fell fallen",
        "feed": "fed", "feel": "felt", "fight": "fought", "find": "found", "fly": "flew flown",
        "forget": "forgot forgotten", "forgive": "forgave forgiven", "freeze": "froze frozen",
        "give": "gave given", "grow": "grew grown", "hear": "heard", "hide": "hid hidden",
        "hold": "held", "keep": "kept", "knit": "knitted", "lead": "led", "learn": "learnt",
        "leave": "left", "lend": "lent", "light": "lit", "lose": "lost", "marry": "married",
        "meet": "met meeting", "pay": "paid", "quit": "quitting", "read": "reading",
        "ride": "rode ridden", "ring": "rang rung", "run": "ran running", "see": "saw seen",
        "sell": "sold sale", "send": "sent", "sew": "sewn", "shake": "shook", "shoot": "shot",
        "sing": "sang sung", "sit": "sat sitting", "sleep": "slept", "speak": "spoke spoken",
        "spend": "spent", "spoil": "spoilt", "stand": "stood", "steal": "stole stolen",
        "swear": "swore", "swim": "swam swum swimming", "take": "took taken", "teach": "taught",
        "tear": "tore torn", "throw": "threw thrown", "understand": "understood",
        "wake": "woke woken", "wear": "wore worn", "win": "won winning", "child": "children",
        "person": "people", "foot": "feet", "tooth": "teeth", "mouse": "mice", "wife": "wives",
        "mum": "mother mom mama mam", "dad": "father papa pap", "grandma": "grandmother gran granny",
        "grandpa": "grandfather granddad",
    }.items()
    for form in forms.split()
}  # fmt: skip
_ENDINGS = (
    "fulness", "ations", "ation", "ments", "ment", "ness", "ings", "ing", "edly", "ies", "ied",
    "ers", "ed", "es", "er", "ly", "s",
)  # fmt: skip


def fold(text: str) -> str:
    """A text without case and accents.

    >>> fold("Größe, Ça va, ÅSE")
    'grosse, ca va, ase'
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def split(text: str) -> list[str]:
    """The words of a text, folded, in their order."""
    return _WORD.findall(fold(text))


def stems(text: str) -> list[str]:
    """The stems of a text's words, in their order; what indexes hold.

    >>> stems("We moved; moving is hard, and I swam")
    ['we', 'mov', 'mov', 'is', 'hard', 'and', 'i', 'swim']
    """
    return [stem(word) for word in split(text)]


def telling(text: str) -> list[str]:
    """The stems of those words that say what a text is about, each once.

    >>> telling("When did I last swim in the lakes?")
    ['last', 'swim', 'lak']
    """
    words = (word for word in split(text) if word not in STOPWORDS and len(word) > 1)
    return list(dict.fromkeys(map(stem, words)))


@lru_cache(50_000)
def stem(word: str) -> str:
    """A folded word without its ending: running, runs and ran are one, so are study and studies."""
    word = _IRREGULAR.get(word, word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending)
            break
    if len(word) > _SHORTEST_STEM and word[-1] in "eyi":
        word = word[:-1]
    # Not of r: Mary does not marry.
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] != "r":
        word = word[:-1]
    return word
