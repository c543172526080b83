"""Giving each asker one host, all together, within the hosts' places."""
