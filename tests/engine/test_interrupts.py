"""Signals while threads work are raised where they do no harm."""

import signal
import threading

import pytest

from simulator.engine import interrupts
from simulator.engine.interrupts import held
from simulator.errors import Terminated


def terminate(number, frame):
    raise Terminated


@pytest.fixture(autouse=True)
def handlers():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, terminate)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def handlers_are_back():
    return (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler and signal.getsignal(signal.SIGTERM) is terminate
    )


@pytest.mark.parametrize(("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)])
def test_raised_when_asked_for(number, error):
    steps = []
    with pytest.raises(error) as caught, held() as raise_interrupt:
        raise_interrupt()
        signal.raise_signal(number)
        steps.append("heard")
        try:
            raise_interrupt()
        finally:
            signal.raise_signal(signal.SIGINT)  # the same wish once more
            steps.append("put in order")
    assert caught.type is error and steps == ["heard", "put in order"] and handlers_are_back()


def test_raised_at_the_end_at_the_latest():
    with pytest.raises(Terminated), held():
        signal.raise_signal(signal.SIGTERM)
    assert handlers_are_back()


def test_another_exception_comes_first():
    with pytest.raises(ZeroDivisionError), held():
        signal.raise_signal(signal.SIGINT)
        raise ZeroDivisionError
    assert handlers_are_back()


def test_who_waits_in_vain_is_heard(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(interrupts, "monotonic", lambda: now[0])
    with held():
        signal.raise_signal(signal.SIGINT)
        now[0] += interrupts.PATIENCE + 0.1
        with pytest.raises(Terminated):
            signal.raise_signal(signal.SIGTERM)


def test_a_handler_that_raises_nothing_is_called_each_time():
    heard = []
    signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    with held() as raise_interrupt:
        for count in (1, 2):
            signal.raise_signal(signal.SIGINT)
            assert len(heard) == count - 1
            raise_interrupt()
            assert len(heard) == count


def test_ignored_is_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with held() as raise_interrupt:
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
        signal.raise_signal(signal.SIGINT)
        raise_interrupt()


def test_other_threads_hear_no_signals():
    def work():
        with held() as raise_interrupt:
            raise_interrupt()
            found.append(handlers_are_back())

    found = []
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [True]
