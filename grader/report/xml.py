"""What our XML documents have in common."""

import re

# What XML 1.0 can't hold, escaped or not.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def holdable(text: str) -> str:
    """Make text that XML can hold: each character that it can't becomes a blank."""
    return _FORBIDDEN.sub(" ", text)
