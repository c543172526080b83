"""Reading what standards bodies publish: ISO's open data and a simple CSV. Knows nothing of the database."""
