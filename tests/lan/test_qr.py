"""What a camera reads is drawn so that a browser and a terminal really show it."""

from xml.etree import ElementTree

from futureself_box.lan import qr

URL = "http://192.168.1.20:8480/#j=abcdefghijklmnopqrstuv"
SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_is_an_svg_in_black_on_white() -> None:
    # Without its namespace a browser takes it for unknown elements, and draws nothing.
    root = ElementTree.fromstring(qr.as_svg(URL))  # noqa: S314
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox")
    colours = {path.get("fill") or path.get("stroke") for path in root.iter(f"{SVG}path")}
    assert colours == {"#fff", "#000"}


def test_the_terminal_gets_a_square_of_blocks() -> None:
    lines = qr.as_text(URL).rstrip("\n").split("\n")
    assert len({len(line) for line in lines}) == 1
    assert set("".join(lines)) <= set("█▀▄ ")
