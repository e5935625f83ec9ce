"""Bytes that were rendered when something happened, and are served as they are: no work on a request that hits."""
