"""Would like to have the last word: handlers that run when an interpreter ends."""
# holds: loses nothing

import atexit
import os
import weakref


@atexit.register
def last():
    os.write(3, b'{"value": 1}' * 99)
    while True:
        pass


class Owner:
    pass


owner = Owner()
weakref.finalize(owner, last)
