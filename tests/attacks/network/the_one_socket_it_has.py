"""Takes the socket that it has for another one: connects, binds, listens, passes a descriptor."""
# holds: loses nothing

import array
import socket

ours = socket.socket(fileno=3)
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))]
for attempt in (
    lambda: ours.connect("\0grader-attacks"),
    lambda: ours.bind("\0grader-attacks-mine"),
    lambda: ours.listen(),
    lambda: ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1),
    lambda: ours.sendmsg([b"x"], rights),
    lambda: ours.sendto(b"", "\0grader-attacks"),
    lambda: ours.shutdown(socket.SHUT_RDWR),
):
    try:
        attempt()
    except OSError:
        continue
    raise RuntimeError("it worked")
ours.detach()
