"""Who has voted, who is still to vote."""
