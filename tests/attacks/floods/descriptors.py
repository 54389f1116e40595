"""Opens what it may open until no descriptor is left, and answers all the same."""
# holds: loses nothing

import os

kept = []
try:
    while True:
        kept.append(os.open(np.__file__, os.O_RDONLY))
except OSError:
    pass
