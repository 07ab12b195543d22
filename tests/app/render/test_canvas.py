import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app.render.canvas import Canvas

PX_PER_S = 10.0
WIDTH_PX, HEIGHT_PX = 200, 40


class Stripes:
    """A second each, in a colour of its own; remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked_s: list[float] = []

    def __call__(self, painter: QPainter, start_s: float, end_s: float) -> None:
        self.asked_s.append(end_s - start_s)
        for second in range(int(start_s) - 1, int(end_s) + 2):
            colour = QColor.fromHsv(second * 37 % 360, 200, 200)
            painter.fillRect(QRectF(second, 0.0, 1.0, 8.0), colour)


def paint(
    canvas: Canvas,
    draw: Stripes,
    start_s: float,
    *,
    px_per_s: float = PX_PER_S,
    ratio: float = 1.0,
    is_same: bool = True,
) -> QImage:
    image = QImage(round(WIDTH_PX * ratio), round(HEIGHT_PX * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    with QPainter(image) as painter:
        painter.translate(-start_s * px_per_s, HEIGHT_PX)
        painter.scale(px_per_s, -HEIGHT_PX / 8.0)
        seen = QRectF(start_s, 0.0, WIDTH_PX / px_per_s, 8.0)
        canvas.paint(painter, seen, draw, is_same=is_same)
    return image


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("steps_s", [(0.4, 0.4, 7.0), (-1.0, -0.5), (3.0, -5.0), (500.0,)])
def test_a_moved_picture_is_as_if_drawn_anew(qapp, ratio: float, steps_s) -> None:
    canvas, at_s = Canvas(), 1000.0
    paint(canvas, Stripes(), at_s, ratio=ratio)
    for step_s in steps_s:
        at_s += step_s
        moved = paint(canvas, Stripes(), at_s, ratio=ratio)
        assert moved == paint(Canvas(), Stripes(), at_s, ratio=ratio)


def test_a_movement_draws_only_what_came_into_view(qapp) -> None:
    canvas, stripes = Canvas(), Stripes()
    paint(canvas, stripes, 100.0)
    paint(canvas, stripes, 100.0)
    paint(canvas, stripes, 101.0)
    whole_s, strip_s = stripes.asked_s
    assert whole_s >= WIDTH_PX / PX_PER_S
    assert 1.0 <= strip_s < 2.0


def test_movements_below_a_pixel_add_up(qapp) -> None:
    canvas, stripes = Canvas(), Stripes()
    for step in range(31):
        last = paint(canvas, stripes, 100.0 + step / 30)
    assert last == paint(Canvas(), Stripes(), 101.0)


@pytest.mark.parametrize("other", [{"px_per_s": 20.0}, {"ratio": 2.0}, {"is_same": False}])
def test_what_changed_is_drawn_anew(qapp, other: dict[str, float | bool]) -> None:
    canvas, stripes = Canvas(), Stripes()
    paint(canvas, stripes, 100.0)
    changed = paint(canvas, stripes, 100.0, **other)
    assert len(stripes.asked_s) == 2
    assert changed == paint(Canvas(), Stripes(), 100.0, **other)
