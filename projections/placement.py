"""Which shard many numbers fall into, at once."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from projections.shards import Generation


def indices_of(generation: Generation, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each number what `Generation.index_of` says: the same arithmetic, modulo 2**64."""
    unsigned = cast("int", numbers.astype(np.uint64))
    return np.asarray(generation.index_of(unsigned)).astype(np.int64)
