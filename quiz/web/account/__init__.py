"""What a learner sets for themselves."""
