"""Sends a datagram, for which no connection is needed."""
# holds: loses nothing

import socket

for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    try:
        socket.socket(family, socket.SOCK_DGRAM).sendto(b"secret", (address, 47113))
    except OSError:
        pass
