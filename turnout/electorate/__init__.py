"""Who has voted and who is still to vote: propensity, cohorts, cells."""
