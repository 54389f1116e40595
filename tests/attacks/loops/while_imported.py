"""Never comes to its end, while it is imported."""
# holds: loses everything
# says: had not finished

while True:
    pass
