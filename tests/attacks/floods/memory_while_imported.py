"""Fills memory before anybody has asked for anything."""
# holds: loses everything
# says: ran out of memory|had not finished

hoard = [bytearray(2**20) for _ in range(2**20)]
