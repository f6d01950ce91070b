"""The lines of `bench`: each is held to its bound, and drawn as how much of it is used."""

import xml.etree.ElementTree as ET

from futureself_box.bench import courses, figures
from futureself_box.bench.courses import Chart, Course
from futureself_box.bench.figures import Figure, held

TEXT = "{http://www.w3.org/2000/svg}text"


def test_a_figure_is_kept_on_the_right_side_of_its_bound() -> None:
    assert held("search", 15.0, 15.0, "ms").kept is True
    assert held("search", 15.1, 15.0, "ms").kept is False
    assert held("pushes", 1500, 1500, at="least").kept is True
    assert held("pushes", 1499, 1500, at="least").kept is False
    assert held("pushes", 0, 1500, at="least").kept is False
    assert (held("lost", 0, 0).kept, held("lost", 1, 0).kept) == (True, False)


def test_the_picture_shows_what_has_a_number_and_what_is_broken() -> None:
    rows = [
        held("search", 3, 15, "ms"),
        held("too <slow>", 99, 9, "s"),
        Figure("elsewhere", "scripts/soak", "1 s", None),
    ]
    drawing = ET.fromstring(figures.svg(rows))  # noqa: S314
    words = [text.text for text in drawing.iter(TEXT)]
    assert "search" in words
    assert "too <slow>" in words
    assert "elsewhere" not in words
    fills = [bar.get("fill") for bar in drawing.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert len(set(fills)) == 2


def test_a_course_is_drawn_on_its_own_scale_with_its_bound() -> None:
    course = Course("box", [(0.0, 50.0), (30.0, 100.0)])
    drawing = ET.fromstring(courses.svg([Chart("write", "ms", [course], bound=100.0)], 60.0))  # noqa: S314
    (line,) = drawing.iter("{http://www.w3.org/2000/svg}polyline")
    assert line.get("points") == "20.0,90.0 430.0,30.0"
    assert "write, up to 100 ms" in [text.text for text in drawing.iter(TEXT)]
