"""A person's key is gone although nobody erased them: told while read models still have it."""

import psycopg
import pytest

from projections.catalogue import NAMES
from projections.progress import Silence
from projections.verify.errors import CannotTell
from projections.verify.inspection import Sample
from projections.verify.verification import Verification
from tests.integration.pipeline import Pipeline


def test_verification_names_who_has_lost_their_key_and_who_is_erased_has_not(
    pipeline: Pipeline, database_url: str
) -> None:
    erased, lost = (
        pipeline.write_model.register(handle=handle, display_name=None)
        for handle in ("erased", "lost")
    )
    pipeline.carry()
    pipeline.project(pipeline.projector())
    pipeline.write_model.erase(erased.id)
    with Verification(database_url, pipeline.redis) as verification:
        report = verification.run(NAMES, Sample(), Silence())
        assert not [one for findings in report.findings for one in findings.differences]
        with psycopg.connect(database_url) as connection:
            connection.execute("DELETE FROM slackwater_keys WHERE number = %s", (lost.position,))
        with pytest.raises(CannotTell, match=f"1 people .*person number {lost.position}"):
            verification.run(NAMES, Sample(), Silence())
