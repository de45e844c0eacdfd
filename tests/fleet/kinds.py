"""What a server learns by its upgrades."""

# In the order of the upgrades: before the first it knows neither.
NEW_KINDS = ("memo.written", "gap.recorded")
