"""Measures the contestants of a row in turns, so that what disturbs one disturbs all."""

import traceback
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.bench.figures import Sample
from tests.bench.ground import Ground
from tests.bench.row import CannotMeasure, Measure, NotAvailable, Row

Tell = Callable[[str], None]


@dataclass(slots=True)
class Measured:
    """What was found of one row. `failed`: why it could not be measured, if it could not."""

    row: Row
    samples: dict[str, dict[str, Sample]] = field(default_factory=dict[str, dict[str, Sample]])
    """By contestant and figure."""

    missing: dict[str, str] = field(default_factory=dict[str, str])
    """Contestants that could not be had, and why not."""

    failed: str | None = None


def measure(row: Row, ground: Ground, tell: Tell) -> Measured:
    """Measures a row. Whatever goes wrong is told in the result: other rows go on."""
    measured = Measured(row)
    tell("getting ready")
    try:
        with row.contestants(ground) as contestants:
            measured.missing = {
                name: each.reason
                for name, each in contestants.items()
                if isinstance(each, NotAvailable)
            }
            able = {name: each for name, each in contestants.items() if callable(each)}
            if row.warms_up:
                for name, each in able.items():
                    tell(f"warming up {name}")
                    each()
            measured.samples = _in_turns(able, ground.effort.repetitions, tell)
    except CannotMeasure as error:
        measured.failed = str(error)
    except Exception as error:  # noqa: BLE001 - a row that fails must not take the others with it
        traceback.print_exc()
        measured.failed = f"{type(error).__name__}: {error}"
    return measured


def _in_turns(
    contestants: Mapping[str, Measure], repetitions: int, tell: Tell
) -> dict[str, dict[str, Sample]]:
    """Each once a repetition; who begins changes, so that nobody is always first."""
    found: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in contestants}
    for repetition in range(repetitions):
        for name in _rotated(list(contestants), repetition):
            tell(f"{repetition + 1}/{repetitions} {name}")
            for figure, value in contestants[name]().items():
                found[name][figure].append(value)
    return {
        name: {figure: Sample(tuple(values)) for figure, values in figures.items()}
        for name, figures in found.items()
    }


def _rotated(names: Sequence[str], by: int) -> list[str]:
    by %= len(names)
    return [*names[by:], *names[:by]]
