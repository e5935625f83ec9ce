"""Sending somebody to a provider, taking them back, and recognising them. The caller owns the transactions.

There are two, since the provider is asked in between: the first uses the answer up, whatever comes of it.
"""
