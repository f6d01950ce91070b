"""The gentle question on the day after the most urgent answers and entries.

On the day itself nothing but care speaks of it. The next day the box asks once, when the member opens
the app by themselves, and never in the same night.
"""

from datetime import datetime, time, timedelta

import msgspec

from futureself_box.futureself.care import hearing
from futureself_box.futureself.care.recogniser import URGENT
from futureself_box.futureself.turn import CARE
from futureself_box.records import messages, revisions
from futureself_box.records.kinds import Care
from futureself_box.store.vault import MemberStore

_REST = timedelta(hours=6)


def is_due(store: MemberStore, *, now: datetime) -> bool:
    """Whether to ask now, which counts as asked. `now` is in the household's zone."""
    answered = _last_urgent(store, now)
    if answered is None or answered.date() == now.date() or now - answered < _REST:
        return False
    with store.write() as tx:
        asked = tx.execute("SELECT day FROM checked_in").fetchone()
        day = now.date().isoformat()
        tx.execute("INSERT OR REPLACE INTO checked_in (only, day) VALUES (1, :day)", {"day": day})
    return asked is None or asked["day"] != day


def _last_urgent(store: MemberStore, now: datetime) -> datetime | None:
    """The newest answer or entry of the top tier since yesterday began, by the verdicts in the store."""
    midnight = datetime.combine(now.date() - timedelta(days=1), time(), tzinfo=now.tzinfo)
    begin_ms, end_ms = (round(moment.timestamp() * 1000) for moment in (midnight, now))
    answers = messages.replies_of_mode(store, CARE, begin_ms, end_ms)
    urgent = [one.written_at_ms for one in answers if one.message.why.endswith(f" {URGENT}")]
    urgent += [at_ms for at_ms in _urgent_entries(store) if begin_ms <= at_ms < end_ms]
    return datetime.fromtimestamp(max(urgent) / 1000, now.tzinfo) if urgent else None


def _urgent_entries(store: MemberStore) -> list[int]:
    shown = revisions.shown(store, hearing.KIND)
    heard = [msgspec.json.decode(one.body or "", type=Care) for one in shown]
    return [round(one.at.timestamp() * 1000) for one in heard if one.tier == URGENT]
