"""Words that pages and messages share."""
