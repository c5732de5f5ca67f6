"""A community of invented people with an election open for voting, to try the house with. Never for a real one."""
