"""Has a hundred thousand names, but not the one that is wanted."""
# holds: loses softmax
# says: There is no softmax

for number in range(10**5):
    globals()[f"softmax_{number}" * 9] = number
del softmax
