"""Running what is asynchronous in a test."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """What it comes to, in a thread of its own: where a browser was driven, this one has a loop already."""
    with ThreadPoolExecutor(1) as own:
        return own.submit(lambda: asyncio.run(coroutine)).result()
