"""The content of answers to look-ups, and the Home tab: help, catalogue pages, a user's estimates and watches.

Nothing here changes data or checks roles: commands that do are in `bot/usecases`. The rules that the pages show (how a
budget is compared, which fields have defaults) are in `bot/workspace`.
"""
