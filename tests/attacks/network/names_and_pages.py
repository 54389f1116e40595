"""Looks up a name, which tells its server something, and asks for a page."""
# holds: loses nothing

import socket
import urllib.request

for attempt in (
    lambda: socket.getaddrinfo("secret.example.org", 80),
    lambda: socket.gethostbyname("secret.example.org"),
    lambda: urllib.request.urlopen("http://127.0.0.1:47113/secret", timeout=1),
):
    try:
        attempt()
    except OSError:
        pass
