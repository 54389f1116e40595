"""Opens sockets of every other kind, listens, and makes pairs."""
# holds: loses nothing

import socket

for family in range(46):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, 5):
        try:
            socket.socket(family, kind)
        except OSError:
            continue
        raise RuntimeError(f"a socket of family {family}")
try:
    socket.socketpair()
except OSError:
    pass
else:
    raise RuntimeError("a pair of sockets")
