"""Connects to a server by a name that is in no folder."""
# holds: loses nothing

import socket

for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    try:
        server = socket.socket(socket.AF_UNIX, kind)
        server.connect("\0grader-attacks")
        server.send(b"secret")
    except OSError:
        pass
