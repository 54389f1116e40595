"""Ends its process at once, with the code of success."""
# holds: loses everything
# says: ended its process

import os

os._exit(0)
