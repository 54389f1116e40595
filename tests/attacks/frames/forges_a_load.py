"""Broken when it is loaded, and says that all went well."""
# holds: loses everything

from inside import guest

guest.describe = lambda error: 1 / 0
guest.Guest.load = lambda self, request: {"failures": []}
raise RuntimeError("broken")
