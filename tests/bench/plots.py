"""The report as pictures: how far each figure is from its goal, and what grows with what."""

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import leather
import leather.theme

from tests.bench.rows.growth import SIZES

OURS, MISSED, THEIRS = "#2f7fb5", "#e08a6d", "#a7b0b8"

WIDTH, LINE_HEIGHT, MARGINS = 980, 30, 130
GROWTH_HEIGHT = 420

FONT = "Helvetica, Arial, sans-serif"

Document = dict[str, Any]


def draw(document: Document, directory: Path) -> list[Path]:
    """Writes an SVG for each picture that the report has figures for; returns their paths."""
    _set_theme()
    directory.mkdir(parents=True, exist_ok=True)
    pictures = {
        "advantages": _advantages(document),
        "propagation": _propagation(document),
        "growth": _growth(document),
    }
    drawn: list[Path] = []
    for name, picture in pictures.items():
        if picture is not None:
            drawn.append(directory / f"{name}.svg")
            drawn[-1].write_text(picture, encoding="utf-8")
    return drawn


def _advantages(document: Document) -> str | None:
    """Of each ratio, how much of its goal it is."""
    rows = [row for row in document["rows"] if row["ratio"] and row["goal_is"]["ratio_min"]]
    bars = [
        (
            100 * row["ratio"] / row["goal_is"]["ratio_min"],
            f"{row['row']}, vs {row['against_is']}: {_figure(row['ratio'])}x of {row['goal']}",
        )
        for row in rows
    ]
    met = {label: row["met"] for (_, label), row in zip(bars, rows, strict=True)}
    return _bars("in % of the goal", bars, lambda label: OURS if met[label] else MISSED)


def _propagation(document: Document) -> str | None:
    rows = [row for row in document["rows"] if row["row"] == "propagation" and row["ours"]]
    bars: list[tuple[float, str]] = []
    for row in rows:
        for whose, value in (
            ("ours", row["ours"]),
            ("goal", row["goal_is"]["ours_max"]),
            ("polling relay", row["against"]),
        ):
            if value is not None:
                bars.append((value, f"{row['figure']}, {whose}: {_figure(value)} ms"))

    def color(label: str) -> str:
        return OURS if "ours" in label else MISSED if "goal" in label else THEIRS

    return _bars("milliseconds from acknowledged to visible over HTTP", bars, color)


def _bars(title: str, bars: list[tuple[float, str]], color: Callable[[str], str]) -> str | None:
    if not bars:
        return None
    chart = leather.Chart(title)

    def color_of(bar: Any) -> str:
        return color(bar.y)

    chart.add_bars(bars, fill_color=color_of)
    chart.add_x_scale(0, max(1.05 * max(value for value, _ in bars), 100))
    return chart.to_svg(width=WIDTH, height=MARGINS + LINE_HEIGHT * len(bars))


def _growth(document: Document) -> str | None:
    """Rebuild seconds by events, beside the straight line through the two smallest."""
    samples = next(iter(document["samples"].get("cost growth", {}).values()), None)
    if samples is None:
        return None
    points = [
        (
            statistics.median(samples[f"rebuilt_events_{size}x"]),
            statistics.median(samples[f"rebuild_seconds_{size}x"]),
        )
        for size in SIZES
    ]
    (events, seconds), (more_events, more_seconds), (last, slowest) = points
    slope = (more_seconds - seconds) / (more_events - events)
    straight = seconds + slope * (last - events)
    chart = leather.Chart("seconds of a verified rebuild, by events")
    line = [(events, seconds), (last, straight)]
    chart.add_line(line, name="a straight line", stroke_color=THEIRS)
    chart.add_line(points, name="ours", stroke_color=OURS)
    chart.add_x_scale(0, last)
    chart.add_y_scale(0, 1.05 * max(straight, slowest))
    return chart.to_svg(width=WIDTH, height=GROWTH_HEIGHT)


def _set_theme() -> None:
    theme = leather.theme
    theme.background_color = "#ffffff"
    theme.tick_color, theme.label_color = "#e4e4e4", "#333333"
    theme.tick_font_size, theme.tick_font_char_width = 13, 7
    theme.title_font_family = theme.legend_font_family = theme.tick_font_family = FONT


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
