"""Puts the figures of a run into docs/performance.md, and the plots beside it."""

from pathlib import Path
from typing import Any

from tests.bench.plots import draw

PAGE, PLOTS = "performance.md", "performance"
BEGIN, END = "<!-- figures: written by make bench ARGS=--docs -->", "<!-- end of figures -->"


def write_into(docs: Path, document: dict[str, Any]) -> None:
    """Replaces what stands between the marks of the page, and the plots."""
    page = docs / PAGE
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    assert end, f"{page} has no place for figures"
    pictures = [f"![{one.stem}]({PLOTS}/{one.name})" for one in draw(document, docs / PLOTS)]
    figures = "\n\n".join([_figures(document), *pictures])
    page.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}", encoding="utf-8")


def _figures(document: dict[str, Any]) -> str:
    machine, versions = document["machine"], document["versions"]
    taken = (
        f"{document['begun'][:10]}: {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB, {machine['system']}; Python {versions['python']}, Postgres "
        f"{versions['postgres']}; {document['repetitions']} repetitions, medians (lowest to "
        f"highest), seed {document['seed']}."
    )
    lines = [
        taken,
        "",
        "| row | ours | against | times better | goal | met |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in document["rows"]:
        name = f"{row['row']}, {row['figure']}"
        ours = f"{row['ours_is']}: **{_span(row['ours'], row['ours_spread'])}** {row['unit']}"
        against = row["against_is"] or "-"
        if row["against"] is not None:
            against += f": {_span(row['against'], row['against_spread'])}"
        elif row["why_not"]:
            against += f": not available, {row['why_not']}"
        ratio = _span(row["ratio"], row["ratio_spread"])
        met = {True: "yes", False: "**no**", None: "?"}[row["met"]]
        lines.append(f"| {name} | {ours} | {against} | {ratio} | {row['goal']} | {met} |")
    return "\n".join(lines)


def _span(value: float | None, spread: list[float] | None) -> str:
    if value is None:
        return "-"
    low, high = spread or (value, value)
    return f"{_figure(value)} ({_figure(low)} to {_figure(high)})"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
