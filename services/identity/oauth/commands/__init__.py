"""The authorization server: Authlib's, over one transaction, with what it leaves open closed.

Its core is synchronous: it runs inside `AsyncSession.run_sync`, where queries still go through asyncpg. What it refuses
is an answer and no exception: a code that was used, a family that was ended take effect all the same.
"""
