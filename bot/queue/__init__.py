"""The queue: jobs are stored before Slack gets its acknowledgement, and run by whichever replica claims them."""
