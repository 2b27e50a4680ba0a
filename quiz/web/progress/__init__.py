"""What the learner knows, and how it went day by day."""
