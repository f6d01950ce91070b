"""Where a box is: on this machine, where it was before, or where mDNS finds it.

All addresses that are known are tried at once, as an app does. A box that is known is taken for itself
only where its authority's certificate proves it, so that another one that announces itself under its
name gets nothing.
"""

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from urllib.parse import urlsplit

import click

from futureself_box.errors import BoxUnreachable, NetworkUnreachable
from futureself_box.lan import discovery
from futureself_box.settings import Settings
from futureself_box.terminal.login import Login

_FIND_WITHIN_S = 3.0
_ANSWER_WITHIN_S = 2.0


def look_for(settings: Settings) -> str:
    """The box of this machine or, where there is none, one on the network; asks which where several.

    Raises BoxUnreachable.
    """
    local = f"http://localhost:{settings.box.port}"
    if _answers(local):
        return local
    try:
        found = discovery.find(_FIND_WITHIN_S)
    except NetworkUnreachable:
        found = []
    urls = [url for box in found if (url := _first(box.urls, _answers)) is not None]
    if not urls:
        raise BoxUnreachable("No box answers, neither here nor on the network.")
    return urls[0] if len(urls) == 1 else _choose(urls)


def way_to(login: Login) -> str:
    """Where the box answers now. Raises BoxUnreachable."""
    if login.authority is None:
        return login.url
    known = dict.fromkeys((login.url, *login.addresses))
    url = _first(known, login.proves) or _heard(login)
    if url is None:
        raise BoxUnreachable(f"The box doesn't answer at {login.url}.")
    return url


def _heard(login: Login) -> str | None:
    try:
        with closing(discovery.listen(_FIND_WITHIN_S)) as boxes:
            ways = (_first(box.urls, login.proves) for box in boxes if box.id == login.box)
            return next((url for url in ways if url is not None), None)
    except NetworkUnreachable:
        return None


def _first(urls: Iterable[str], good: Callable[[str], bool]) -> str | None:
    """The first of these that turns out good, asked all at once."""
    asked = list(urls)
    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    for url in asked:
        # Nobody waits for those that are slower; a name that doesn't resolve takes its time.
        threading.Thread(target=_ask, args=(url, good, answers), daemon=True).start()
    deadline = time.monotonic() + _ANSWER_WITHIN_S
    for _ in asked:
        try:
            answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return None
        if answer is not None:
            return answer
    return None


def _ask(url: str, good: Callable[[str], bool], answers: queue.SimpleQueue[str | None]) -> None:
    answers.put(url if good(url) else None)


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    try:
        address = (parts.hostname or "", parts.port or 443)
        with socket.create_connection(address, _ANSWER_WITHIN_S):
            return True
    except OSError:
        return False


def _choose(urls: list[str]) -> str:
    for number, url in enumerate(urls, start=1):
        click.echo(f"{number}  {url}")
    chosen = click.prompt("Which box", type=click.IntRange(1, len(urls)))
    return urls[int(chosen) - 1]
