"""The short form of `make test-chaos`."""

from __future__ import annotations

from tests.chaos.storm import storm


async def test_every_submission_ends_as_one_thread_whatever_is_killed(postgres_url: str) -> None:
    outcome = await storm(postgres_url, submissions=30, kills=3, seed=1)
    print(outcome)
    assert outcome.faults > 5, "it was a storm"
    assert (outcome.lost, outcome.doubled, outcome.apologies) == (0, 0, 0), str(outcome)
