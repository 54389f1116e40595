"""Text that a stranger wrote: capped and cleaned where it enters, escaped where it leaves."""

MAX_TEXT = 300


def clean(text: str, most: int = MAX_TEXT) -> str:
    """Make one printable line of at most `most` characters out of whatever it is.

    Control and direction characters become blanks, so nothing in it can move a cursor, turn
    round a line or end one.
    """
    capped = text[:most] + ("..." if len(text) > most else "")
    return "".join(c if c.isprintable() else " " for c in capped).strip()


def clean_source(source: str) -> str:
    """Make source code fit to be shown: same lines, control characters as blanks."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in source)
