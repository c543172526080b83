"""Choosing a fair set of proposals together, under capacities and floors."""
