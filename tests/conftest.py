"""What holds for all tests."""

import signal


def pytest_configure() -> None:
    """Have what tests start hear Ctrl-C, even if pytest runs in a shell's background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
