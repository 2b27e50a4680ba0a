"""What simulated learners know after months of study by one schedule or another."""
