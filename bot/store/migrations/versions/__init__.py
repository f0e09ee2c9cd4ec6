"""One file a step. A step that was released is never changed; a new one is added, and `HEAD` in `bot/store/migrate.py`
is moved.
"""
