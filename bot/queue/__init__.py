"""Accepted work: stored before Slack gets its acknowledgement, run by whichever replica claims it."""
