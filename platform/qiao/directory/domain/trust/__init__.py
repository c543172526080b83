"""Whether one can rely on an organisation: verification, endorsements, reports and what follows from them."""
