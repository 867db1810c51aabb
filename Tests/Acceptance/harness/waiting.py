"""Waiting for something to become true, with a bound."""
import time


def eventually(condition, seconds=10.0, step=0.02, what="condition"):
    """The first true value of condition(); fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not become true within {seconds} s; last: {value!r}")
        time.sleep(step)
