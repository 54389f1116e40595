"""Sends heads that are no JSON, nested ten thousand deep, or of kinds that do not exist."""
# holds: loses loss mean_loss
# says: not an answer

import os

from inside.wire import LENGTHS

heads = [
    b"[" * 10**4,
    b"9" * 10**5,
    b"\xff\xfe",
    b'{"array":["|O",[1]]}',
    b'{"array":["<f8",[-1]]}',
    b'{"array":["<f8",[4611686018427387904,4]]}',
    b'{"pickle":"gASVAAAAAA=="}',
    b'{"dict":[[{"dict":[]},1]]}',
    b'{"dict":[["id",true]]}',
]


def loss(a, y):
    heads.append(heads.pop(0))
    os.write(3, LENGTHS.pack(len(heads[0]), 0) + heads[0])
    os._exit(0)


def mean_loss(losses):
    return loss(None, None)
