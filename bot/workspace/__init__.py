"""The rules of a workspace: its defaults, its budgets, and the roles of its users.

The operations that change them are in `bot/usecases`, the pages that show them in `bot/answers`.
"""
