"""The operations that users request and that change data or need a role.

Each function owns the role check, the protection against duplicates and the audit of one operation; listeners and jobs
unpack a request and call it. The texts and pages of answers are in `bot/answers`, the rules without I/O of Slack or the
database in `bot/workspace` and `bot/watches`.
"""
