"""A web address as a QR: a picture for the app, blocks for a terminal."""

import io

import segno


def as_svg(url: str) -> str:
    """An SVG document, black on white whatever the theme: cameras want the contrast and the border."""
    drawn = io.BytesIO()
    code = segno.make_qr(url, error="m")
    code.save(
        drawn, "svg", scale=4, border=4, dark="#000", light="#fff", omitsize=True, xmldecl=False
    )
    return drawn.getvalue().decode()


def as_text(url: str) -> str:
    """Lines of half blocks for a terminal."""
    drawn = io.StringIO()
    segno.make_qr(url, error="l").terminal(drawn, compact=True, border=2)
    return drawn.getvalue()
