"""Voter-file turnout modelling: who has voted, who is still to vote, where it ends, and how sure we are."""
