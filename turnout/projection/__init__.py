"""Where it ends: support, shift, turnout and counted votes become final shares with intervals."""
