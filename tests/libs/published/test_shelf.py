"""A web process's copies: bounded, the least recently used go first, and none outlives a change."""

import pytest

from libs.published.shelf import Copy, Shelf

pytestmark = pytest.mark.unit


def copy(size: int) -> Copy:
    return Copy(content_type=b"text/plain", cache_control=b"", etag=b'"e"', bodies={b"": b"x" * size})


def test_keeps_what_was_put_until_it_is_forgotten() -> None:
    shelf = Shelf()
    kept = copy(1)
    shelf.put("/a", kept, read_at=shelf.changes)
    assert shelf.get("/a") is kept
    shelf.forget("/a")
    assert shelf.get("/a") is None


def test_the_least_recently_used_go_when_the_bound_is_passed() -> None:
    shelf = Shelf(largest=100)
    for path in ("/a", "/b"):
        shelf.put(path, copy(40), read_at=shelf.changes)
    shelf.get("/a")
    shelf.put("/c", copy(40), read_at=shelf.changes)
    assert [path for path in ("/a", "/b", "/c") if shelf.get(path)] == ["/a", "/c"]


def test_a_copy_put_twice_counts_once() -> None:
    shelf = Shelf(largest=100)
    for _ in range(5):
        shelf.put("/a", copy(60), read_at=shelf.changes)
    shelf.put("/b", copy(40), read_at=shelf.changes)
    assert shelf.get("/a")


def test_what_was_read_before_a_change_is_not_kept() -> None:
    shelf = Shelf()
    read_at = shelf.changes
    shelf.forget("/a")
    shelf.put("/a", copy(1), read_at=read_at)
    assert shelf.get("/a") is None


def test_nothing_is_left_after_the_connection_was_lost() -> None:
    shelf = Shelf(largest=100)
    shelf.put("/a", copy(90), read_at=shelf.changes)
    shelf.clear()
    shelf.put("/b", copy(90), read_at=shelf.changes)
    assert (shelf.get("/a"), shelf.get("/b") is not None) == (None, True)
